"""What a probe of a SCIM server tells: the facts for the rules, and the summary that a report shows.

The facts are declared in `scim`; this module is imported by those who probe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.facts.address import difference
from doctor.model.scim import DISCOVERY, LOST

if TYPE_CHECKING:
    from doctor.model.scim import Drill, Probed, Sample

_NAMES: Final = ("userName", "name.givenName", "name.familyName")


def told(found: Probed) -> dict[str, Any]:
    """The facts that a probe observed. What a step did not decide is not among them."""
    facts: dict[str, Any] = {
        "scim.probe_answer": found.answer, "scim.probe_address": found.address, "scim.address_form": found.form,
        "scim.token_challenge": found.challenge or "none",
        "scim.status": found.status, "scim.patch_announced": found.announced.get("patch"),
        "scim.filter_announced": found.announced.get("filter"), "scim.content_type": found.media,
        "scim.error_type": found.error_type,
        "scim.server_reachable": None if found.answer in ("private-address", "tls") else found.answer not in LOST,
    }  # fmt: skip
    if found.discovery is not None:
        facts["scim.discovery_missing"] = tuple(name for name in DISCOVERY if name not in found.discovery)
    if found.search is not None:
        facts["scim.filter_ignored"] = found.search == "ignored"
        facts["scim.filter_works"] = None if found.search == "ignored" else found.search == "works"
    if found.answer == "too-large":
        facts["scim.paging_works"] = False
    facts |= _refused(found) | _contrasted(found) | _sampled(found.sample) | _drilled(found.drill)
    return {name: value for name, value in facts.items() if value is not None}


def _refused(found: Probed) -> dict[str, Any]:
    """What a refusal says of the token and the address that were given: they are those of the identity provider."""
    if found.answer == "unauthorized" and found.challenge != "other-directory":
        return {"scim.token_current": False} | ({"scim.token_expired": True} if found.challenge == "expired" else {})
    if found.answer in ("not-found", "not-found-page"):
        return {"scim.idp_endpoint": found.address, "scim.endpoint_difference": "path"}
    return {}


def _contrasted(found: Probed) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if found.wrong_token is not None and found.wrong_token not in LOST and found.answer not in LOST:
        facts["scim.auth_checked"] = found.wrong_token != "ok"  # noqa: S105  (an answer, no password)
        facts["scim.token_known"] = found.wrong_token == "unauthorized" and found.answer != "unauthorized"  # noqa: S105
    if found.other_answer == "ok" and found.answer != "ok":
        facts |= {"scim.endpoint": found.other_address, "scim.idp_endpoint": found.address}
        facts["scim.endpoint_difference"] = difference(str(found.other_address), found.address)
    return facts


def _sampled(found: Sample | None) -> dict[str, Any]:
    """What a page of users shows; of nobody nothing is told."""
    if found is None:
        return {}
    facts: dict[str, Any] = {"scim.users_shown": found.shown}
    facts["scim.paging_works"] = found.total is not None and not found.more and found.total >= found.shown
    if found.shown:
        lacking = dict(found.lacking)
        facts["scim.users_lacking"] = tuple(name for name in (*_NAMES, "emails") if name in lacking)
        facts["scim.attributes_arrive"] = not any(name in lacking for name in _NAMES)
        facts["scim.active_shown"] = lacking.get("active", 0) < found.shown
    return facts


def _drilled(found: Drill | None) -> dict[str, Any]:
    if found is None:
        return {}
    facts: dict[str, Any] = {
        "scim.creation_accepted": found.created, "scim.creation_status": found.creation_status,
        "scim.server_keeps_names": found.names_kept, "scim.patch_accepted": found.patched,
        "scim.put_accepted": found.put, "scim.server_applies_updates": found.updated,
        "scim.deactivation_result": found.result, "scim.inactive_users_found": found.found_inactive,
        "scim.drill_leftover": found.leftover or None, "scim.drill_removed": found.removed,
        "scim.patch_dialect": "capitalised-op" if found.manner == "entra" else "none",
    }  # fmt: skip
    if found.result in ("inactive", "gone", "still-active"):
        facts["scim.server_applies_active"] = found.result != "still-active"
    return facts


def summary(found: Probed) -> dict[str, object]:
    """What one looks up first: the address, the answer, what was asked, and what each step came to."""
    sample, drill = found.sample, found.drill
    return {
        "title": "SCIM server", "answer": found.answer, "status": found.status,
        "announced": dict(found.announced), "users": None if sample is None else sample.total,
        "users_looked_at": None if sample is None else sample.shown,
        "lacking": {} if sample is None else dict(sample.lacking), "search": found.search,
        "leaver": leaver(drill), "drill": None if drill is None else drill._asdict(),
        "steps": [one._asdict() for one in found.steps],
    }  # fmt: skip


def leaver(drill: Drill | None) -> str:
    """Whether a leaver is deactivated: yes, deleted, no, refused; open where nobody tried or nothing shows it."""
    result = None if drill is None else drill.result
    return {"inactive": "yes", "gone": "deleted", "still-active": "no", "refused": "refused"}.get(result or "", "open")
