"""A SCIM server, asked without changing anything: what it offers, a page of users, a search that finds nobody.

scim2-models and scim2-client are not used. The client sends through httpx or another engine of its own, which would
pass by the one door that judges and pins addresses (`wire`) and bounds time; the models refuse what departs from the
RFC, and just that is the evidence here; and pydantic behind them takes half a second to import. So answers are read
tolerantly, and real servers built on scim2-models say whether what is sent is right (`peers/`).
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from doctor.model.scim import DISCOVERY, LOST, SHOWN, Probed, Sample
from doctor.parse.scim import has
from doctor.sources import secret as held
from doctor.sources.scim_door import MEDIA
from doctor.sources.url import shown

if TYPE_CHECKING:
    from doctor.sources.scim_door import Door, Endpoint, Reply

_PAGE: Final = 10


def probe(door: Door, contrasts: tuple[str, ...] = ()) -> Probed:
    """Ask, and change nothing: the configuration, a page of users; when they are shown, the rest as well.

    `contrasts` are `token` (one request with a wrong token) and `path` (one request to a neighbouring address).
    """
    address = shown(door.where.url)
    config = door.ask("configuration", "GET", "/ServiceProviderConfig")
    if config.step.answer in LOST:
        return Probed(address, door.where.form, tuple(door.steps), config.step.answer, config.step.status)
    users = door.ask("users", "GET", f"/Users?startIndex=1&count={_PAGE}")
    sample = page(users.value) if users.step.answer == "ok" else None
    answer = "not-scim" if users.step.answer == "ok" and sample is None else users.step.answer
    found = Probed(
        address, door.where.form, (), answer, users.step.status, users.challenge, sample=sample,
        announced=_announced(config.value), error_type=users.step.error_type,
    )  # fmt: skip
    if answer == "ok":
        found = _further(door, config, found._replace(media=_media(users.media)))
    return _contrasted(door, contrasts, found)._replace(steps=tuple(door.steps))


def _media(kind: str) -> str:
    return {MEDIA: "scim", "application/json": "json"}.get(kind, "other")


def _announced(value: Any) -> dict[str, bool]:
    """What the server's configuration offers."""
    found = {}
    for name in ("patch", "filter", "bulk", "etag", "sort"):
        one = value.get(name) if isinstance(value, dict) else None
        if isinstance(one, dict) and isinstance(one.get("supported"), bool):
            found[name] = one["supported"]
    return found


def _further(door: Door, config: Reply, found: Probed) -> Probed:
    """What is asked only of a server that shows its users."""
    replies = (config, door.ask("resource types", "GET", "/ResourceTypes"), door.ask("schemas", "GET", "/Schemas"))
    there = tuple(name for name, one in zip(DISCOVERY, replies, strict=True) if _described(one))
    door.ask("groups", "GET", "/Groups?startIndex=1&count=1")
    search = door.ask("search for nobody", "GET", f"/Users?filter={by_name(disposable())}&count=2")
    return found._replace(discovery=there, search=_search(search), error_type=search.step.error_type)


def disposable(domain: str = "doctor.invalid") -> str:
    """The name of a user whom nobody has, in a domain that no mail ever reaches (RFC 2606), or in this one."""
    return f"doctor-probe-{secrets.token_hex(6)}@{domain}"


def by_name(name: str) -> str:
    """The filter by which identity providers look for a user, as it stands in a URL."""
    return quote(f'userName eq "{name}"')


def _described(reply: Reply) -> bool:
    return reply.step.answer == "ok" and isinstance(reply.value, dict | list) and bool(reply.value)


def _search(reply: Reply) -> str | None:
    """One of `SEARCHES`; None when the answer says nothing of searching."""
    if reply.step.answer in (*LOST, "rate-limited", "gateway-error"):
        return None
    found = page(reply.value) if reply.step.answer == "ok" else None
    if found is None:
        return "refused"
    return "ignored" if found.shown or found.total else "works"


def page(value: Any) -> Sample | None:
    """The page of users in a list answer; None when it is none."""
    if not isinstance(value, dict):
        return None
    listed, total = value.get("Resources"), value.get("totalResults")
    counted = total if isinstance(total, int) and not isinstance(total, bool) else None
    if not isinstance(listed, list):
        return Sample(0, counted) if counted is not None and listed is None else None
    users = [one for one in listed if isinstance(one, dict)]
    lacking = ((name, sum(not has(one, name) for one in users)) for name in SHOWN)
    return Sample(len(users), counted, tuple(pair for pair in lacking if pair[1]), len(users) > _PAGE)


def _contrasted(door: Door, contrasts: tuple[str, ...], found: Probed) -> Probed:
    if "token" in contrasts:
        wrong = held.given(f"doctor-wrong-{secrets.token_hex(12)}", "a wrong token")
        reply = door.ask("users, with a wrong token", "GET", "/Users?startIndex=1&count=1", token=wrong)
        found = found._replace(wrong_token=_listed(reply))
    if "path" in contrasts and (other := neighbour(door.where)):
        there = door.beside(other)
        reply = there.ask("users, at a neighbouring address", "GET", "/Users?startIndex=1&count=1")
        found = found._replace(other_address=shown(other), other_answer=_listed(reply))
    return found


def _listed(reply: Reply) -> str:
    """The answer to a list: a success without a list is none."""
    return "not-scim" if reply.step.answer == "ok" and page(reply.value) is None else reply.step.answer


def neighbour(where: Endpoint) -> str | None:
    """The address on the same host that was meant most likely; None when nothing suggests one."""
    if where.form == "resource":
        return where.url.rpartition("/")[0]
    if where.form == "no-version":
        return where.url + ("/v2" if where.url.count("/") > 2 else "/scim/v2")
    root = "/".join(where.url.split("/")[:3])
    return f"{root}/scim/v2" if where.url != f"{root}/scim/v2" else None
