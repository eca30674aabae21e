"""The command that judges anew what was corrected: it must look at what this case looked at.

Pure: a case and its view in, a command line out. What cannot be repeated as it stands (masked, removed, too long) or
what only an error text quoted is left out: nobody may compare with it.
"""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from doctor.engine.paste import harmless, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.engine.evidence import CaseView
    from doctor.model.case import Case, Exhibit

OPTIONS: Final = {
    "sp.acs_url": "--acs-url", "sp.entity_id": "--sp-entity-id", "idp.expected_entity_id": "--idp-entity-id",
    "oauth.expected_issuer": "--issuer", "oauth.client_id": "--client-id",
    "oauth.expected_redirect_uri": "--redirect-uri", "clock.tolerance_seconds": "--clock-tolerance",
}  # fmt: skip
"""Facts that `doctor check` takes as options. A nonce and the times belong to one sign-in: a new one has others."""
FILES: Final = {
    "idp-metadata": "metadata.xml", "sp-metadata": "metadata.xml", "metadata-aggregate": "metadata.xml",
    "html": "metadata.xml", "unknown": "metadata.xml", "certificate": "certificate.pem",
    "idp-application": "application.json", "saml-response": "login.har", "saml-assertion": "login.har",
    "capture": "login.har",
}  # fmt: skip
"""The file that is judged anew, by the kind in which a problem was seen."""
WITH_KEY: Final = ("app-admin", "developer", "vendor")
"""Who may hold a key to the vendor's API; the customer does not."""
_LIVE: Final = re.compile(r"(workos|scalekit):([A-Za-z0-9_-]{1,100})")
"""How evidence is called that a vendor's API told of one object."""


class Beside(NamedTuple):
    """What a corrected file is held against, as words of a command line.

    `values` serve everybody, `files` (metadata and keys of the other side) only a recording or an export, which they
    are not themselves; `connection` only those with a key to the vendor's API.
    """

    values: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    connection: tuple[str, ...] = ()


def beside(case: Case, view: CaseView) -> Beside:
    """What this case tells of both sides."""
    return Beside(tuple(_values(case, view)), tuple(_files(case, view)), tuple(_connection(case)))


def command(kind: str, who: str, known: Beside) -> str:
    """The command line for what was corrected: a new file of this kind, for this person."""
    words = ["doctor", "check", FILES[kind], *known.values]
    words += known.files if FILES[kind] in ("login.har", "application.json") else ()
    words += known.connection if who in WITH_KEY else ()
    return shlex.join(words)


def _values(case: Case, view: CaseView) -> Iterator[str]:
    for fact, option in OPTIONS.items():
        text = _said(case, view, fact)
        if text is not None and harmless(text):
            yield from (option, text)
    vendor = view["connection.vendor"]
    if isinstance(vendor, str):
        yield from ("--vendor", vendor)
    if case.provider is not None and harmless(case.provider):
        yield from ("--provider", case.provider)


def _said(case: Case, view: CaseView, fact: str) -> str | None:
    """What somebody said of a fact, also where a recording shows another value; else what a side vouches for."""
    for given in (case.options, case.answers):
        if isinstance(value := given.get(fact), (str, int, float)):
            return f"{value:g}" if isinstance(value, float) else str(value)
    shows = told(view, fact)
    return shows.text if shows is not None and shows.vouched else None


def _files(case: Case, view: CaseView) -> Iterator[str]:
    """The identity provider's metadata when there is one, and its key set: by their names, without folders."""
    metadata = [one.document.name for one in view.documents if one.document.kind == "idp-metadata"]
    keys = [one.name for one in case.documents if one.offered_as == "jwks"]
    for option, names in (("--idp-metadata", metadata), ("--jwks", keys)):
        if len(names) == 1 and harmless(name := shown(names[0])):
            yield from (option, name)


def _connection(case: Case) -> Iterator[str]:
    """The connection that the vendor's API told of, with the environment where it was asked."""
    found = [(one, match) for one in case.documents if (match := _LIVE.fullmatch(one.name))]
    mine = [(one, match) for one, match in found if match[2].startswith("conn")]
    if len(mine) == 1:
        one, match = mine[0]
        yield from ("--connection", match[2])
        if (where := _environment(one)) is not None:
            yield from ("--base-url", where)


def _environment(one: Exhibit) -> str | None:
    """Where the API was asked, as the exchanges in the document show it."""
    try:
        asked = urlsplit(json.loads(one.data)["exchanges"][0]["url"])
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return None
    where = f"{asked.scheme}://{asked.netloc}"
    return where if asked.netloc and harmless(where) else None


def shown(name: str) -> str:
    """A subject without its folders: they may name a person, and nobody else has them."""
    return name if "://" in name else re.split(r"[/\\]", name.rstrip("/\\"))[-1]
