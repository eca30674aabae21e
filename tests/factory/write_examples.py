"""Writes `examples/`: for each product a healthy file and one with a realistic defect.

`python -m tests.factory.write_examples` writes them anew. The keys are made for this run and die
with it. Dates are far away, so that the demo says the same for many years.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from tests.factory import broken_input, broken_metadata, certificate, providers
from tests.factory.metadata import Draft, Key, key, wrapped
from tests.factory.patient import replaced
from tests.factory.providers import LONG, PROVIDERS

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER: Final = Path(__file__).parents[2] / "examples"
PAST: Final = (datetime(2019, 3, 1, tzinfo=UTC), datetime(2022, 3, 1, tzinfo=UTC))
_ASIDE: Final = 500
"""Slots of the key pool that no healthy file uses."""


class Example(NamedTuple):
    """A broken file: what is wrong with it, the rules that say so, and how it is made of a healthy one."""

    story: str
    rules: tuple[str, ...]
    make: Callable[[Draft], bytes]


def _expired(draft: Draft) -> bytes:
    old = certificate.make(PROVIDERS["okta"].subject, *PAST, serial=19, slot=_ASIDE)
    return draft.but(keys=(key(old),)).data


def _outdated(draft: Draft) -> bytes:
    return draft.but(valid_until=providers.instant(PAST[1])).data


def _tenant_wide(draft: Draft) -> bytes:
    return broken_metadata.tenant_wide(draft, LONG).data


def _edited(draft: Draft) -> bytes:
    return broken_metadata.edited_to_https(draft).data


def _login_page(_draft: Draft) -> bytes:
    return broken_input.LOGIN_PAGE.encode()


def _escaped(draft: Draft) -> bytes:
    text = wrapped(draft.entity.keys[0].texts[0], 64).replace("\n", "\\n")
    return draft.but(keys=(Key((text,)),)).data


def _service_provider(draft: Draft) -> bytes:
    application = broken_metadata.service_provider(datetime(2026, 1, 1, tzinfo=UTC), "pingone").entity
    return draft._replace(entity=application._replace(keys=draft.entity.keys)).data


def _without_endpoints(draft: Draft) -> bytes:
    return draft.but(sso=()).data


def _cut(draft: Draft) -> bytes:
    return draft.but(keys=(Key((draft.entity.keys[0].texts[0][:512],)),)).data


def _http(draft: Draft) -> bytes:
    plain = [one._replace(location=one.location.replace("https:", "http:")) for one in draft.entity.sso]
    return draft.but(sso=tuple(plain)).data


def _truncated(draft: Draft) -> bytes:
    return draft.data[:1500]


def _padded(draft: Draft) -> bytes:
    return draft.but(entity_id=f"{draft.entity.entity_id} ").data


def _encryption_only(draft: Draft) -> bytes:
    return draft.but(keys=(draft.entity.keys[0]._replace(use="encryption"),)).data


def _blank_line(draft: Draft) -> bytes:
    return b"\n" + draft.data


def _latin_1(draft: Draft) -> bytes:
    return replaced(draft.data, b"Example University", "Université Exemple".encode("latin-1"))


def _weak(draft: Draft) -> bytes:
    subject = PROVIDERS["simplesamlphp"].subject
    weak = certificate.make(subject, *LONG, key="rsa1024", serial=10, slot=_ASIDE)
    return draft.but(keys=(key(weak), draft.entity.keys[1])).data


BROKEN: Final[dict[str, Example]] = {
    "okta": Example("its only signing certificate expired in 2022", ("certificate-expired",), _expired),
    "entra-id": Example(
        "the federation metadata of the tenant instead of the application's",
        ("metadata-tenant-wide",),
        _tenant_wide,
    ),
    "google-workspace": Example("its validUntil passed in 2022", ("metadata-expired",), _outdated),
    "microsoft-ad-fs": Example(
        'the entity ID was "corrected" from http to https by hand', ("entity-id-edited-to-https",), _edited
    ),
    "auth0": Example("a sign-in page was saved in its place", ("metadata-is-html-page",), _login_page),
    "onelogin": Example(
        "the line breaks of the certificate became backslashes and n", ("certificate-text-damaged",), _escaped
    ),
    "pingone": Example("the application's own metadata", ("metadata-is-sp",), _service_provider),
    "pingfederate": Example("exported without endpoints", ("metadata-no-sso-endpoint",), _without_endpoints),
    "jumpcloud": Example("the certificate was cut while copying", ("certificate-unparseable",), _cut),
    "keycloak": Example("a reverse proxy makes it believe that it is reached by http", ("sso-url-not-https",), _http),
    "duo": Example("the download broke off", ("metadata-not-xml",), _truncated),
    "cloudflare": Example("a space was pasted behind the entity ID", ("entity-id-whitespace",), _padded),
    "rippling": Example(
        "its only key is marked for encryption", ("metadata-no-signing-certificate",), _encryption_only
    ),
    "salesforce": Example("a blank line before the XML declaration", ("xml-content-before-declaration",), _blank_line),
    "shibboleth-generic": Example("declared as UTF-8 and written in Latin-1", ("metadata-encoding-broken",), _latin_1),
    "simplesamlphp": Example("signs with an RSA key of 1024 bits", ("certificate-weak-key",), _weak),
}


def files() -> dict[str, bytes]:
    """Every file of the folder, by name."""
    found: dict[str, bytes] = {}
    for provider_id, example in BROKEN.items():
        draft = providers.draft(provider_id, LONG)
        found[f"{provider_id}-healthy.xml"] = draft.data
        found[f"{provider_id}-broken.xml"] = example.make(draft)
    written = json.dumps(expected(), indent=2) + "\n"
    return found | {"expected.json": written.encode(), "README.md": readme().encode()}


def expected() -> dict[str, list[str]]:
    """The rules that must speak at warning or error, by file name."""
    told: dict[str, list[str]] = {}
    for provider_id, example in BROKEN.items():
        told[f"{provider_id}-healthy.xml"] = []
        told[f"{provider_id}-broken.xml"] = list(example.rules)
    return told


def readme() -> str:
    """One line for each file."""
    lines = [
        "# Examples",
        "",
        "Metadata of identity providers, one healthy and one broken file for each product.",
        "Tenants and keys are made up for these files and belong to nobody; the private keys are gone.",
        "`expected.json` names the rules that speak at warning or error.",
        "",
        *(_line(provider_id, example) for provider_id, example in BROKEN.items()),
    ]
    return "\n".join(lines) + "\n"


def _line(provider_id: str, example: Example) -> str:
    rules = ", ".join(f"`{rule}`" for rule in example.rules)
    healthy = f"- `{provider_id}-healthy.xml`: nothing is wrong"
    return f"{healthy}\n- `{provider_id}-broken.xml`: {example.story} ({rules})"


def write(folder: Path = FOLDER) -> None:
    """Write every file; strays stay, and a test names them."""
    folder.mkdir(exist_ok=True)
    for name, data in files().items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    write()
