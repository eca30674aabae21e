"""LemonLDAP::NG (Debian's) as an identity provider: its portal under plackup, with its own demo users.

It reads its settings once, so each variant has a server of its own; a start takes about a second.
"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from peers import browser, keys
from peers.install import Packages
from peers.process import clock_shifted, free_port, serving
from peers.variant import CLOCKS, OTHER_SP, SP, Captured, Message, ServiceProvider

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

# apt's "Recommends" are left out, and without some of them the portal answers only "Initialization failed!".
PACKAGES: Final = Packages(
    apt=(
        ("/usr/share/lemonldap-ng/portal/htdocs/index.psgi", "lemonldap-ng"),
        ("plackup", "libplack-perl"),
        ("/usr/lib/*/perl5/*/Lasso.pm", "liblasso-perl"),
        ("/usr/lib/*/perl5/*/Net/SSLeay.pm", "libnet-ssleay-perl"),
        ("/usr/share/perl5/Image/Magick.pm", "libimage-magick-perl"),
        ("/usr/share/perl5/Convert/Base32.pm", "libconvert-base32-perl"),
        ("/usr/share/perl5/GD/SecurityImage.pm", "libgd-securityimage-perl"),
        ("/usr/share/perl5/XML/Simple.pm", "libxml-simple-perl"),
        ("/usr/share/perl5/String/Random.pm", "libstring-random-perl"),
        ("/usr/share/perl5/IO/String.pm", "libio-string-perl"),
        ("/usr/lib/*/faketime/libfaketime.so.1", "faketime"),
    )
)
PORTAL: Final = "/usr/share/lemonldap-ng/portal"
_LOGIN: Final = {"user": "dwho", "password": "dwho"}
_OPTION: Final = "samlSPMetaDataOptions"
_SP_METADATA: Final = (
    '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{sp.entity_id}">'
    '<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
    '<md:KeyDescriptor use="encryption"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>'
    "<ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    "<md:NameIDFormat>{name_id_format}</md:NameIDFormat>"
    '<md:AssertionConsumerService index="0" isDefault="true" Binding="{post}" Location="{sp.acs_url}"/>'
    "</md:SPSSODescriptor></md:EntityDescriptor>"
)


class Setting(NamedTuple):
    """How one variant differs: the SP, its options (without their prefix), settings of the portal.

    It signs every assertion, whatever the SP's metadata says, and shows its login page to a passive request.
    """

    sp: ServiceProvider = SP
    options: Mapping[str, object] = {}
    portal: Mapping[str, object] = {}
    key: str = "idp"
    suffix: str = ""
    attributes: bool = True
    name_id_format: str = browser.EMAIL


_SETTINGS: Final = {
    "good": Setting(),
    "assertion-only": Setting(options={"SignSSOMessage": 0}),
    "encrypted": Setting(options={"EncryptionMode": "assertion"}),
    "wrong-audience": Setting(sp=SP._replace(entity_id=OTHER_SP.entity_id)),
    "wrong-recipient": Setting(sp=SP._replace(acs_url=OTHER_SP.acs_url)),
    "wrong-key": Setting(key="other"),
    "wrong-issuer": Setting(suffix="/other"),
    "expired": Setting(),
    "not-yet-valid": Setting(),
    "sha1": Setting(options={"SignatureMethod": "RSA_SHA1"}, portal={"samlServiceSignatureMethod": "RSA_SHA1"}),
    "transient": Setting(options={"NameIDFormat": "transient"}, name_id_format=browser.TRANSIENT),
    "no-attributes": Setting(attributes=False),
}


def capture(folder: Path) -> Captured:
    """Every variant, each sent by a portal of its own in a temporary folder; the address stays the same."""
    certificate = keys.service_provider(folder).certificate.read_text()
    pairs = {name: keys.pair(folder, name) for name in ("idp", "other")}
    port = free_port()
    metadata, messages = b"", list[Message]()
    for variant, setting in _SETTINGS.items():
        home = folder / variant
        _configure(home, port, setting, pairs[setting.key], certificate)
        with _served(home, port, clock_shifted(CLOCKS.get(variant))):
            metadata = metadata or browser.get(_url(port, "metadata"))
            messages.append(_sent(port, variant, setting))
    return Captured("lemonldap", metadata, tuple(messages))


def _url(port: int, page: str) -> str:
    return f"http://127.0.0.1:{port}/saml/{page}"


def _served(home: Path, port: int, clock: dict[str, str]) -> Any:
    return served(home, port, lambda: b"IDPSSODescriptor" in browser.get(_url(port, "metadata")), clock)


def served(home: Path, port: int, ready: Callable[[], bool], environment: dict[str, str] | None = None) -> Any:
    """A configured portal while it runs."""
    return serving(
        ["plackup", "--server", "Starman", "--workers", "1", "--listen", f"127.0.0.1:{port}",
         "--env", "deployment", f"{PORTAL}/htdocs/index.psgi"],
        home / "portal.log",
        ready,
        {"LLNG_DEFAULTCONFFILE": str(home / "lemonldap-ng.ini"), **(environment or {})},
    )  # fmt: skip


def _sent(port: int, variant: str, setting: Setting) -> Message:
    asked = browser.request(_url(port, "singleSignOn"), setting.sp.entity_id, setting.name_id_format)
    return Message(variant, browser.signed_in(asked.url, _LOGIN), asked.id, datetime.now(UTC))


def _configure(home: Path, port: int, setting: Setting, pair: keys.Pair, certificate: str) -> None:
    configure(home, _conf(home, port, setting, pair, certificate))


def configure(home: Path, conf: dict[str, object]) -> None:
    """Write the files of a portal with these settings."""
    for name in ("conf", "sessions/lock", "persistent/lock", "cache"):
        (home / name).mkdir(parents=True)
    (home / "conf" / "lmConf-1.json").write_text(json.dumps(conf))
    (home / "lemonldap-ng.ini").write_text(
        f"[all]\nlogLevel=notice\nlocalSessionStorage=\n[configuration]\ntype=File\ndirName={home}/conf\n"
        "localStorage=Cache::FileCache\n"
        f'localStorageOptions={{ namespace => "conf", default_expires_in => 600, cache_root => "{home}/cache" }}\n'
        f"[portal]\nstaticPrefix=/static\ntemplateDir={PORTAL}/templates\nrequireToken=0\n[handler]\n[manager]\n"
    )


def _conf(home: Path, port: int, setting: Setting, pair: keys.Pair, certificate: str) -> dict[str, object]:
    """The portal's settings: those of a demo, those of a SAML identity provider, those of its one SP."""
    return {**demo(home, port), **_identity_provider(port, setting, pair), **_service_provider(setting, certificate)}


def demo(home: Path, port: int) -> dict[str, object]:
    """The settings of a portal with its own demo users, which speaks no protocol yet."""

    def files(name: str) -> dict[str, str]:
        return {"Directory": f"{home}/{name}", "LockDirectory": f"{home}/{name}/lock"}

    return {
        "cfgNum": 1, "cfgAuthor": "test", "cfgDate": int(time.time()), "cfgVersion": "2.16.1",
        "portal": f"http://127.0.0.1:{port}/", "domain": "127.0.0.1", "cookieName": "lemonldap", "securedCookie": 0,
        "key": "made for a test!", "authentication": "Demo", "userDB": "Same", "passwordDB": "Demo",
        "registerDB": "Null", "demoExportedVars": {"cn": "cn", "mail": "mail", "uid": "uid"}, "exportedVars": {},
        "whatToTrace": "uid", "timeout": 3600, "globalStorage": "Apache::Session::File",
        "globalStorageOptions": files("sessions"), "persistentStorage": "Apache::Session::File",
        "persistentStorageOptions": files("persistent"), "localSessionStorage": "", "requireToken": 0,
        "portalSkin": "bootstrap", "useSafeJail": 0, "locationRules": {}, "skipRenewConfirmation": 1,
        "portalCheckLogins": 0, "portalDisplayLoginHistory": 0, "cspFormAction": "*",
    }  # fmt: skip


def _identity_provider(port: int, setting: Setting, pair: keys.Pair) -> dict[str, object]:
    return {
        "issuerDBSAMLActivation": 1, "issuerDBSAMLPath": "^/saml/", "issuerDBSAMLRule": 1,
        "samlEntityID": f"{_url(port, 'metadata')}{setting.suffix}", "samlNameIDFormatMapEmail": "mail",
        "samlServicePrivateKeySig": pair.key.read_text(), "samlServicePublicKeySig": pair.certificate.read_text(),
        "samlServiceSignatureMethod": "RSA_SHA256", "samlOrganizationName": "peer",
        "samlOrganizationDisplayName": "peer", "samlOrganizationURL": f"http://127.0.0.1:{port}/", **setting.portal,
    }  # fmt: skip


def _service_provider(setting: Setting, certificate: str) -> dict[str, object]:
    options = {
        "SignSSOMessage": 1, "NameIDFormat": "email", "CheckSSOMessageSignature": 0, "EncryptionMode": "none",
        "SignatureMethod": "RSA_SHA256", **setting.options,
    }  # fmt: skip
    attributes = {"mail": "1;email;urn:oasis:names:tc:SAML:2.0:attrname-format:basic;", "cn": "0;displayName;;"}
    return {
        "samlSPMetaDataXML": {"sp": {"samlSPMetaDataXML": _sp_metadata(setting, certificate)}},
        _OPTION: {"sp": {f"{_OPTION}{name}": value for name, value in options.items()}},
        "samlSPMetaDataExportedAttributes": {"sp": attributes if setting.attributes else {}},
    }


def _sp_metadata(setting: Setting, certificate: str) -> str:
    bare = "".join(line for line in certificate.splitlines() if not line.startswith("-----"))
    return _SP_METADATA.format(
        sp=setting.sp, certificate=bare, name_id_format=setting.name_id_format, post=browser.POST
    )
