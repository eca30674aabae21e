"""Facts of the attributes of a response: which are there, under which names, with how many values."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from doctor.facts.assertion import is_email
from doctor.facts.fact import BOOL, NUMBER, PERSONAL, TEXT, WORDS, Fact, View, collection, enum, mapped, record
from doctor.facts.message import RESPONSES, first_assertion, hidden, of_assertion, sent
from doctor.model.state import ABSENT, Unknown

if TYPE_CHECKING:
    from doctor.model.message import Assertion
    from doctor.model.message import Attribute as Sent

MEANINGS: Final = ("id", "email", "firstName", "lastName", "groups", "name", "other")
"""What an attribute stands for; the first four are the names that WorkOS reads."""
_WANTED: Final = ("id", "email", "firstName", "lastName")
_CLAIMS: Final = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
_OID: Final = "urn:oid:"
_KNOWN: Final = {
    "id": (
        "id", "userid", "user_id", "uid", "objectidentifier", "nameidentifier", "upn", "userprincipalname", "sub",
        "employeeid", "samaccountname", "edupersonprincipalname", "0.9.2342.19200300.100.1.1",
        "1.3.6.1.4.1.5923.1.1.1.6", "1.3.6.1.4.1.5923.1.1.1.13", "subject-id", "pairwise-id",
    ),
    "email": (
        "email", "mail", "emailaddress", "email_address", "e-mail", "useremail", "e-mailaddress",
        "0.9.2342.19200300.100.1.3", "1.2.840.113549.1.9.1",
    ),
    "firstName": ("firstname", "first_name", "givenname", "given_name", "fname", "2.5.4.42"),
    "lastName": ("lastname", "last_name", "surname", "sn", "familyname", "family_name", "lname", "2.5.4.4"),
    "groups": (
        "groups", "group", "memberof", "roles", "role", "groups.link", "1.2.840.113556.1.2.102",
        "1.3.6.1.4.1.5923.1.5.1.1", "1.3.6.1.4.1.5923.1.1.1.7", "edupersonentitlement", "ismemberof",
    ),
    "name": ("name", "displayname", "display_name", "cn", "commonname", "fullname", "2.16.840.1.113730.3.1.241", "2.5.4.3"),
}  # fmt: skip
"""Names under which products and directories send an attribute: last words of claim URIs, OIDs, plain names.

Sources: the claim types of WS-Federation 1.2, eduPerson 202208, RFC 4519 and RFC 2798, the attribute tables of
the products' own pages.
"""
_MEANING_OF: Final = {name: meaning for meaning, names in _KNOWN.items() for name in names}

ATTRIBUTE: Final = record(
    name=TEXT, friendly_name=TEXT, means=enum(*MEANINGS), values=NUMBER, empty=BOOL, first=PERSONAL, is_email=BOOL,
    exact=BOOL, times_sent=NUMBER,
)  # fmt: skip


class Item:
    """One attribute as rules see it. `exact` says whether its name is the one that WorkOS reads."""

    __slots__ = (*ATTRIBUTE.fields, "of")

    def __init__(self, of: Sent, times_sent: int) -> None:
        self.of = of
        self.name = of.name
        self.friendly_name = of.friendly_name or ABSENT
        self.means = meaning(of.name)
        self.values = of.total
        self.empty = not any(of.values)
        self.first = next((one for one in of.values if one), ABSENT)
        self.is_email = isinstance(self.first, str) and is_email(self.first)
        self.exact = of.name == self.means
        self.times_sent = times_sent


@lru_cache(maxsize=4096)
def meaning(name: str) -> str:
    """What an attribute of this name stands for; `other` when no convention is known."""
    plain = name.casefold().strip()
    last = plain.removeprefix(_OID).rpartition("/")[2].replace(" ", "")
    return _MEANING_OF.get(last, _MEANING_OF.get(last.rpartition(":")[2], "other"))


def attributes(view: View) -> Any:
    """The attributes of the assertion, in the order in which they were sent."""
    found = sent(view)
    assertion = first_assertion(found)
    if assertion is None:
        return Unknown.of("response.attributes", "encrypted") if hidden(found) else ()
    times = Counter([one.name for one in assertion.attributes])
    return tuple([Item(one, times[one.name]) for one in assertion.attributes])


def _count(assertion: Assertion) -> Any:
    """How many attributes were sent, encrypted ones included."""
    return assertion.attribute_count + assertion.encrypted_attributes


def _hidden_count(assertion: Assertion) -> Any:
    """How many attributes are encrypted."""
    return assertion.encrypted_attributes


def missing(view: View) -> Any:
    """What the application needs and the response does not carry: id, email, firstName, lastName.

    A NameID stands for the id, and one that is an e-mail address for the email, except at vendors that are known
    to read an attribute. Unknown while attributes are
    encrypted; absent when there is no assertion.
    """
    found = view["response.attributes"]
    if isinstance(found, Unknown) or not view["assertion.present"]:
        return found if isinstance(found, Unknown) else ABSENT
    if view["response.encrypted_attributes"]:
        return Unknown.of("response.missing_attributes", "encrypted")
    there = {item.means for item in found if not item.empty} | _from_name_id(view)
    if _hiding_email(found):
        there.add("email")
    if "name" in there:
        there |= {"firstName", "lastName"}
    return tuple(name for name in _WANTED if name not in there)


def _from_name_id(view: View) -> set[str]:
    told = view["response.name_id_present"]
    if isinstance(told, Unknown):
        return {"id", "email"}
    if not told:
        return set()
    stands = view["name_id.looks_like_email"] is True and isinstance(view["connection.vendor"], Unknown)
    return {"id", "email"} if stands else {"id"}


def misnamed(view: View) -> Any:
    """Whether values that the application needs arrive under names that it does not read.

    An address under a name that no convention knows is one; any name but the exact ones, for a connection at a vendor
    that reads exact names.
    """
    vendor, found = view["connection.vendor"], view["response.attributes"]
    if isinstance(found, Unknown):
        return Unknown.of("response.attributes_misnamed", *found.missing.values())
    if _hiding_email(found):
        return True
    return vendor if isinstance(vendor, Unknown) else bool(_foreign(found))


def _hiding_email(found: tuple[Item, ...]) -> list[Item]:
    """Attributes of unknown names that hold an address, where no attribute is known to be the e-mail address."""
    if any(item.means == "email" and not item.empty for item in found):
        return []
    return [item for item in found if item.means == "other" and item.is_email]


def suggestions(view: View) -> Any:
    """Which name of the response should be mapped to which attribute of the application."""
    return mapped(view, "response.attributes", _suggested)


def _suggested(found: tuple[Item, ...]) -> Any:
    meant = ((item, "email" if item.means == "other" else item.means) for item in _foreign(found))
    return tuple(f"{item.name} to {name}" for item, name in meant) or ABSENT


def _foreign(found: tuple[Item, ...]) -> list[Item]:
    """The first attribute of each wanted meaning that is sent only under a foreign name."""
    exact = {item.means for item in found if item.exact}
    others: dict[str, Item] = {}
    for item in found:
        if item.means in _WANTED and item.means not in exact and not item.empty:
            others.setdefault(item.means, item)
    for item in _hiding_email(found)[:1]:
        others.setdefault("email", item)
    return list(others.values())


FACTS: Final = (
    Fact("response.attributes", collection(ATTRIBUTE), attributes, RESPONSES, label="attributes", how="a captured response"),
    Fact("response.attribute_count", NUMBER, of_assertion("response.attribute_count", _count), RESPONSES, optional=True),
    Fact("response.encrypted_attributes", NUMBER, of_assertion("response.encrypted_attributes", _hidden_count), RESPONSES,
         optional=True),
    Fact("response.missing_attributes", WORDS, missing, RESPONSES, optional=True, label="attributes missing",
         how="a captured response"),
    Fact("response.missing_attributes", WORDS, None, ("case",), optional=True,
         meaning="Attributes that the application needs and the response does not carry."),
    Fact("response.attributes_misnamed", BOOL, misnamed, RESPONSES, label="attributes under another name",
         how="a captured response and the connection"),
    Fact("response.attributes_misnamed", BOOL, None, ("case",),
         meaning="Whether values that the application needs arrive under another attribute name than it reads."),
    Fact("response.attribute_suggestions", WORDS, suggestions, RESPONSES, optional=True),
)  # fmt: skip
