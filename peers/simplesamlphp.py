"""SimpleSAMLphp (Debian's) as an identity provider: PHP's own server, a demo user, one login for each variant.

Each request reads the settings anew, so one server serves all variants. A clock that is off needs its own server.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from peers import browser, keys
from peers.install import Packages
from peers.process import clock_shifted, free_port, serving
from peers.variant import CLOCKS, OTHER_SP, SP, Captured, Message

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGES: Final = Packages(
    apt=(
        ("/usr/share/simplesamlphp/www", "simplesamlphp"),
        ("php", "php-cli php-xml php-mbstring php-curl"),
        ("/usr/lib/*/faketime/libfaketime.so.1", "faketime"),
    )
)
_WWW: Final = Path("/usr/share/simplesamlphp/www")
_SHA1: Final = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
_ALICE: Final = {"uid": ["alice"], "mail": ["alice@acme.test"], "givenName": ["Alice"], "sn": ["Doe"]}
_LOGIN: Final = {"username": "alice", "password": "pw"}


class Setting(NamedTuple):
    """How one variant differs: settings of the SP and of the IdP, the suffix of its entity ID, which SP asks, how."""

    sp: Mapping[str, object] = {}
    idp: Mapping[str, object] = {}
    suffix: str = ""
    entity_id: str = SP.entity_id
    passive: bool = False
    name_id_format: str = browser.EMAIL


_SETTINGS: Final = {
    "good": Setting(),
    "assertion-only": Setting({"saml20.sign.response": False}),
    "response-only": Setting({"saml20.sign.assertion": False}),
    "unsigned": Setting({"saml20.sign.response": False, "saml20.sign.assertion": False}),
    "encrypted": Setting({"assertion.encryption": True, "certificate": "sp.crt"}),
    "wrong-audience": Setting(entity_id=OTHER_SP.entity_id),
    "wrong-recipient": Setting({"AssertionConsumerService": OTHER_SP.acs_url}),
    "wrong-key": Setting(idp={"privatekey": "other.key", "certificate": "other.crt"}),
    "wrong-issuer": Setting(suffix="/other"),
    "expired": Setting(),
    "not-yet-valid": Setting(),
    "sha1": Setting({"signature.algorithm": _SHA1}),
    "transient": Setting({"NameIDFormat": browser.TRANSIENT}, name_id_format=browser.TRANSIENT),
    "no-attributes": Setting({"attributes": [], "simplesaml.attributes": False}),
    "no-passive": Setting(passive=True),
}


def capture(folder: Path) -> Captured:
    """Every variant, sent by one installation in a temporary folder."""
    for name in ("idp", "other"):
        keys.pair(folder, name)
    keys.service_provider(folder)
    port = free_port()
    _configure(folder, port)
    _set(folder, port, _SETTINGS["good"])
    metadata, messages = b"", list[Message]()
    for clock in (None, *CLOCKS.values()):
        with _served(folder, port, clock):
            metadata = metadata or browser.get(_url(port, "metadata.php"))
            names = [name for name in _SETTINGS if CLOCKS.get(name) == clock]
            messages += [_sent(folder, port, name) for name in names]
    return Captured("simplesamlphp", metadata, tuple(messages))


def _url(port: int, page: str) -> str:
    return f"http://127.0.0.1:{port}/simplesamlphp/saml2/idp/{page}"


def _served(folder: Path, port: int, clock: str | None) -> Any:
    # Compiled files are looked at again only every two seconds; by then the settings may be those of another variant.
    fresh = ("-d", "opcache.enable=0")
    quiet = ("-d", f"session.save_path={folder}", "-d", "error_reporting=E_ERROR", "-d", "display_errors=0", *fresh)
    return serving(
        ["php", *quiet, "-S", f"127.0.0.1:{port}", "-t", str(folder / "web")],
        folder / f"php{clock}.log",
        lambda: b"IDPSSODescriptor" in browser.get(_url(port, "metadata.php")),
        {"SIMPLESAMLPHP_CONFIG_DIR": str(folder), **clock_shifted(clock)},
    )


def _sent(folder: Path, port: int, variant: str) -> Message:
    setting = _SETTINGS[variant]
    _set(folder, port, setting)
    asked = browser.request(
        _url(port, "SSOService.php"), setting.entity_id, setting.name_id_format, passive=setting.passive
    )
    return Message(variant, browser.signed_in(asked.url, _LOGIN), asked.id, datetime.now(UTC))


def _configure(folder: Path, port: int) -> None:
    """The settings that all variants share."""
    (folder / "web").mkdir()
    (folder / "web" / "simplesamlphp").symlink_to(_WWW)
    _write(folder / "authsources.php", "config", {"users": {"0": "exampleauth:UserPass", "alice:pw": _ALICE}})
    _write(folder / "config.php", "config", _config(folder, port))


def _config(folder: Path, port: int) -> Mapping[str, object]:
    return {
        "baseurlpath": f"http://127.0.0.1:{port}/simplesamlphp/",
        "certdir": f"{folder}/",
        "loggingdir": f"{folder}/",
        "datadir": f"{folder}/",
        "tempdir": str(folder),
        "metadatadir": f"{folder}/",
        "attributenamemapdir": "/etc/simplesamlphp/attributemap/",
        "secretsalt": "made for a test",
        "auth.adminpassword": "made for a test",
        "technicalcontact_email": "na@example.org",
        "timezone": "UTC",
        "logging.handler": "file",
        "logging.level": 5,
        "enable.saml20-idp": True,
        "module.enable": {"exampleauth": True, "core": True, "saml": True},
        "session.cookie.secure": False,
        "session.phpsession.savepath": str(folder),
        "store.type": "phpsession",
        "metadata.sources": [{"type": "flatfile"}],
        "errorreporting": False,
        "language.default": "en",
        "language.available": ["en"],
        "authproc.idp": [],
        "trusted.url.domains": None,
        "theme.use": "default",
    }


def _set(folder: Path, port: int, setting: Setting) -> None:
    """The settings of one variant."""
    idp = {
        "host": "__DEFAULT__",
        "privatekey": "idp.key",
        "certificate": "idp.crt",
        "auth": "users",
        "NameIDFormat": [browser.EMAIL],
        "attributes.NameFormat": "urn:oasis:names:tc:SAML:2.0:attrname-format:basic",
    }
    sp = {
        "AssertionConsumerService": SP.acs_url,
        "simplesaml.nameidattribute": "mail",
        "NameIDFormat": browser.EMAIL,
        "saml20.sign.response": True,
        "saml20.sign.assertion": True,
    }
    entity_id = f"http://127.0.0.1:{port}/idp{setting.suffix}"
    _write(folder / "saml20-idp-hosted.php", "metadata", {entity_id: {**idp, **setting.idp}})
    _write(folder / "saml20-sp-remote.php", "metadata", {setting.entity_id: {**sp, **setting.sp}})


def _write(path: Path, variable: str, value: object) -> None:
    """A PHP file that sets a variable; JSON between the quotes of a nowdoc needs no escaping."""
    path.write_text(f"<?php ${variable} = json_decode(<<<'JSON'\n{json.dumps(value)}\nJSON\n, true);\n")
