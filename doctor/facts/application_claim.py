"""What an application's export says of the NameID and the attributes of its assertions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from doctor.facts.export import held, shown
from doctor.facts.fact import View, inputs
from doctor.model.state import ABSENT, Unknown

if TYPE_CHECKING:
    from doctor.model.application import Mapped

_WANTED: Final = (
    ("email", r"(?i)(?:^|[/.:_-])(?:user)?(?:e-?mail|mail)(?:_?address)?$|(?:19200300\.100\.1\.3|113549\.1\.9\.1)$"),
    ("first-name", r"(?i)(?:^|[/.:_-])(?:user)?(?:first|given)[._-]?name$|2\.5\.4\.42$|(?:^|[/.])fname$"),
    ("last-name", r"(?i)(?:^|[/.:_-])(?:user)?(?:last|family|sur)[._-]?name$|2\.5\.4\.4$|(?:^|[/.])sn$"),
)  # fmt: skip
NAME_ID_KINDS: Final = ("email", "upn", "username", "lasting", "transient", "other")
"""What the NameID is filled with; `lasting` is an identifier that stays when a person is renamed."""
_KINDS: Final = (
    ("transient", r"(?i)transient"),
    ("lasting", r"(?i)persistent|object.?(?:id|guid|sid)|immutable|employee.?(?:id|number)|\b(?:user|source)[._]id\b|\buuid\b|guid\b"),
    ("upn", r"(?i)userprincipalname|\bupn$"),
    ("email", r"(?i)mail"),
    ("username", r"(?i)user_?name|login|samaccount|windowsaccountname|\buid\b|\bname$"),
)  # fmt: skip


def name_id_kind(view: View) -> Any:
    """What the NameID is filled with, in one word."""
    one = held(view, "application.name_id_kind")
    if isinstance(one, Unknown) or not one.name_id_source:
        return one if isinstance(one, Unknown) else shown(None, "application.name_id_kind")
    source = one.name_id_source
    return next((kind for kind, pattern in _KINDS if re.search(pattern, source)), "other")


def name_id_fits(view: View) -> Any:
    """Whether the format of the NameID that is set is the one that the application wants; `any` takes all."""
    found = inputs(view, "sp.name_id_format", "application.name_id_format")
    return found[0] in ("any", found[1]) if isinstance(found, tuple) else found


class Attribute:
    """One attribute of the assertion: `name` there, `source` behind it, whether it is `sent`."""

    __slots__ = ("name", "sent", "source")

    def __init__(self, one: Mapped) -> None:
        self.name = one.name
        self.source = ABSENT if one.source is None else one.source
        self.sent = one.sent


def attributes(view: View) -> Any:
    """The attributes that the application is set to send, or to leave out."""
    one = held(view, "application.attributes")
    if isinstance(one, Unknown) or one.attributes is None:
        return one if isinstance(one, Unknown) else shown(None, "application.attributes")
    return tuple(Attribute(each) for each in one.attributes)


def missing_attributes(view: View) -> Any:
    """Which of e-mail address, first name and last name no attribute carries, nor the NameID."""
    fact = "application.missing_attributes"
    one = held(view, fact)
    if isinstance(one, Unknown) or one.attributes is None or one.more_attributes or one.protocol == "oidc":
        return one if isinstance(one, Unknown) else Unknown.of(fact, "the export does not show all attributes")
    told = [name.strip("${} ") for each in one.attributes if each.sent for name in (each.name, each.source or "")]
    missing = [word for word, pattern in _WANTED if not any(re.search(pattern, name) for name in told)]
    by_name_id = one.name_id_format == "email" or view["application.name_id_kind"] in ("email", "upn")
    return tuple(word for word in missing if not (word == "email" and by_name_id))


def unsent_attributes(view: View) -> Any:
    """Attributes that are set up, and left out of the assertion all the same."""
    found = view["application.attributes"]
    return found if isinstance(found, Unknown) else tuple(one.name for one in found if not one.sent)
