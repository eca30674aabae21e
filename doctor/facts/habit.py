"""Facts in which the habits of products show: what NameIDs and groups look like, how requests and windows are made."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from doctor.facts.fact import BOOL, NUMBER, TEXT, URL, WORDS, Fact, NoDocument, View, enum, given
from doctor.facts.message import RESPONSES, first_assertion, hidden, of_assertion, request_of, sent
from doctor.model.state import ABSENT, NOT_SHOWN, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.model.message import Assertion

_REQUEST: Final = ("saml-request",)
NAME_ID_SHAPES: Final = (
    "email", "guest", "onmicrosoft", "internal-domain", "uuid", "windows-account", "distinguished-name", "provider-user",
    "other",
)  # fmt: skip
"""How a NameID can be written. `guest` is the user name of a guest in an Entra tenant, `provider-user` that of a user at
the provider behind the product (Auth0: `google-oauth2|1234`)."""
_UUID: Final = re.compile(r"\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?", re.IGNORECASE)
_SHAPES: Final = (
    ("guest", re.compile(r".+#EXT#@.+", re.IGNORECASE)),
    ("uuid", _UUID),
    ("windows-account", re.compile(r"[^\\@/\s]{1,64}\\[^\\@/]{1,104}")),
    ("distinguished-name", re.compile(r"(?:cn|uid|ou)\s*=.+,\s*(?:dc|o|ou|c)\s*=.+", re.IGNORECASE)),
    ("provider-user", re.compile(r"[a-z0-9][a-z0-9-]{0,80}\|.+", re.IGNORECASE)),
    ("onmicrosoft", re.compile(r"[^@\s]+@[^@\s]+\.onmicrosoft\.(?:com|us|cn)", re.IGNORECASE)),
    ("internal-domain", re.compile(r"[^@\s]+@[^@\s]+\.(?:local|internal|lan|corp|intra|intranet|home)", re.IGNORECASE)),
    ("email", re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")),
)  # fmt: skip
GROUP_FORMS: Final = ("object-id", "distinguished-name", "path", "nested", "sid", "name")
_GROUPS: Final = (
    ("object-id", _UUID),
    ("distinguished-name", re.compile(r"(?:cn|ou)\s*=.+", re.IGNORECASE)),
    ("path", re.compile(r"/.+")),
    ("nested", re.compile(r"[^\n]+\n.+|[\[{].+[\]}]", re.DOTALL)),
    ("sid", re.compile(r"S-1-\d+(?:-\d+)+")),
)  # fmt: skip
OVERFLOW: Final = "groups.link"
"""How the name of the attribute ends that Entra ID sends in place of too many groups."""
_LONGEST: Final = 512
_CODE: Final = re.compile(
    r"app_not_(?:configured|enabled)(?:_for_user)?|AADSTS\d{5,7}|MSIS\d{4}|duplicate entity id|invalid requester|"
    r"invalid redirect uri|client not found|METADATANOTFOUND|UNHANDLEDEXCEPTION|NOSTATE",
    re.IGNORECASE,
)
"""The words by which error pages of products can be told; never what stands around them."""


def _shape(assertion: Assertion) -> Any:
    """How the NameID is written: as an address, the user name of a guest, a UUID, a Windows account …"""
    name_id = assertion.subject.name_id if assertion.subject else None
    if name_id is None or not name_id.value:
        return ABSENT
    return next((shape for shape, pattern in _SHAPES if pattern.fullmatch(name_id.value[:_LONGEST])), "other")


def other_than_email(view: View) -> Any:
    """Whether the NameID is an address and the e-mail attribute holds another one; absent when either is missing."""
    found = view["response.attributes"]
    if isinstance(found, Unknown):
        return Unknown.of("name_id.other_than_email", *found.missing.values())
    assertion = first_assertion(sent(view))
    name_id = assertion.subject.name_id if assertion and assertion.subject else None
    address = next((item.first for item in found if item.means == "email" and item.is_email), None)
    if name_id is None or address is None or "@" not in name_id.value:
        return ABSENT
    return name_id.value.casefold() != address.casefold()


def _groups(assertion: Assertion) -> list[str]:
    from doctor.facts.attribute import meaning

    return [
        value for one in assertion.attributes for value in one.values
        if value and meaning(one.name) == "groups" and not one.name.lower().endswith(OVERFLOW)
    ]  # fmt: skip


def _group_form(assertion: Assertion) -> Any:
    """How the groups of the person are written; `name` when they are not all of one other form."""
    found = _groups(assertion)
    if not found:
        return ABSENT
    return next((form for form, pattern in _GROUPS if all(pattern.fullmatch(one.strip()) for one in found)), "name")


def _group_count(assertion: Assertion) -> Any:
    """How many groups of the person were sent."""
    from doctor.facts.attribute import meaning

    return sum(one.total for one in assertion.attributes if meaning(one.name) == "groups" and not _is_link(one.name))


def _is_link(name: str) -> bool:
    return name.lower().endswith(OVERFLOW)


def _overflow(assertion: Assertion) -> Any:
    """Whether a link stands in place of the person's groups, since there are too many (Entra ID)."""
    return any(_is_link(one.name) for one in assertion.attributes)


def _names(assertion: Assertion) -> Any:
    """The names of the attributes as they were sent, each once."""
    return tuple(dict.fromkeys(one.name for one in assertion.attributes))


def lead(view: View) -> Any:
    """By how many seconds the assertion's window begins before its issue; 0 allows for no difference of clocks."""
    message = sent(view)
    found = first_assertion(message)
    if found is None:
        return Unknown.of("assertion.lead_seconds", "encrypted") if hidden(message) else ABSENT
    begin, issued = found.conditions and found.conditions.not_before, found.issue_instant
    if begin is None or begin.at is None or issued is None or issued.at is None:
        return ABSENT
    return round((issued.at - begin.at).total_seconds())


def request_id(view: View) -> Any:
    """The ID of the request."""
    return given(request_of(view).id)


def request_subject(view: View) -> Any:
    """Whether the request names the person who shall sign in (a Subject)."""
    return request_of(view).has_subject


def comparison(view: View) -> Any:
    """How the demanded authentication context is to be compared: exact when nothing is said."""
    found = request_of(view)
    return (found.comparison or "exact") if found.contexts else ABSENT


def wanted_format(view: View) -> Any:
    """The NameID format that the request asks for, as it is written."""
    return given(request_of(view).name_id_format)


def error_codes(view: View) -> Any:
    """The error codes of products on the pages of the capture, in lower case but for those with numbers."""
    capture = view.document.capture
    if capture is None:
        raise NoDocument
    told = (f"{one.page.title}\n{one.page.text}" for one in capture.exchanges if one.page is not None)
    return tuple(dict.fromkeys(code for text in told for code in _codes(text))) or ABSENT


def _codes(text: str) -> Iterator[str]:
    for match in _CODE.finditer(text):
        yield match[0].upper() if match[0][-1].isdigit() else match[0].lower()


def idp_sso_url(view: View) -> Any:
    """The sign-in address of the identity provider that the connection holds."""
    from doctor.facts.connection import held

    return held(view).idp_sso_url or Unknown.of("connection.idp_sso_url", NOT_SHOWN)


def _of(name: str, kind: Any, read: Any, **more: Any) -> Fact:
    return Fact(name, kind, of_assertion(name, read), RESPONSES, optional=True, **more)


FACTS: Final = (
    _of("name_id.shape", enum(*NAME_ID_SHAPES), _shape),
    Fact("name_id.other_than_email", BOOL, other_than_email, RESPONSES, optional=True),
    _of("groups.form", enum(*GROUP_FORMS), _group_form),
    _of("groups.count", NUMBER, _group_count),
    _of("groups.overflow", BOOL, _overflow),
    _of("response.attribute_names", WORDS, _names),
    Fact("assertion.lead_seconds", NUMBER, lead, RESPONSES, optional=True),
    Fact("request.id", TEXT, request_id, _REQUEST, optional=True),
    Fact("request.has_subject", BOOL, request_subject, _REQUEST),
    Fact("request.context_comparison", TEXT, comparison, _REQUEST, optional=True),
    Fact("request.name_id_format", TEXT, wanted_format, _REQUEST, optional=True),
    Fact("capture.error_codes", WORDS, error_codes, ("capture",), optional=True),
    Fact("connection.idp_sso_url", URL, idp_sso_url, ("connection",)),
)
