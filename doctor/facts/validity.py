"""Facts of how long metadata holds, and of the signature over the document itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from doctor.facts.fact import BOOL, NUMBER, TEXT, TIME, Fact, View, enum, given, mapped
from doctor.model.pattern import Pattern
from doctor.model.state import ABSENT

_DURATION: Final = Pattern(r"-?P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")
_INSTANT: Final = Pattern(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")


def valid_until(view: View) -> Any:
    """The instant after which the metadata must not be used."""
    text = _written(view, "valid_until")
    found = instant(text) if text is not ABSENT else None
    return ABSENT if found is None else found


def _written(view: View, name: str) -> Any:
    document = view.document
    entity = document.entity
    return given(getattr(entity, name) if entity and getattr(entity, name) else getattr(document, name))


def valid_until_text(view: View) -> Any:
    """validUntil as it is written."""
    return _written(view, "valid_until")


def valid_until_form(view: View) -> Any:
    """How validUntil is written: well, without a time zone, or not as a time at all."""
    text = _written(view, "valid_until")
    if text is ABSENT:
        return ABSENT
    match = _INSTANT.fullmatch(text.strip())
    if match is None or instant(text) is None:
        return "malformed"
    return "ok" if match[2] else "no-zone"


def valid_days_left(view: View) -> Any:
    """Whole days until the metadata expires; negative once it has."""
    return mapped(view, "metadata.valid_until", lambda found: (found - view.now).days)


def cache_duration(view: View) -> Any:
    """cacheDuration as it is written."""
    return _written(view, "cache_duration")


def cache_duration_ok(view: View) -> Any:
    """Whether cacheDuration is an XML Schema duration."""
    text = _written(view, "cache_duration")
    return text if text is ABSENT else bool(_DURATION.fullmatch(text.strip()))


def instant(text: str) -> datetime | None:
    """An xs:dateTime as an aware time; without a zone it is taken as UTC; None when it is none."""
    if not _INSTANT.fullmatch(text.strip()):
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def signature_state(view: View) -> Any:
    """What the document's own signature came to, held against the key that it carries."""
    found = view.document.signature
    return found.state if found else "none"


def signature_detail(view: View) -> Any:
    """One line on why the signature does not verify."""
    found = view.document.signature
    return given(found.detail) if found else ABSENT


def signature_weak(view: View) -> Any:
    """Whether the signature or its digest uses SHA-1 or MD5."""
    found = view.document.signature
    return found is not None and any("sha1" in name or "md5" in name for name in (found.algorithm, found.digest))


def signature_algorithm(view: View) -> Any:
    """The signature's algorithm and digest."""
    found = view.document.signature
    return f"{found.algorithm}, {found.digest}" if found else ABSENT


_STATES: Final = enum("none", "valid", "invalid", "covers-other", "unsupported", "not-judged")


_ALL: Final = ("idp-metadata", "sp-metadata", "metadata-aggregate")
FACTS: Final = (
    Fact("metadata.valid_until", TIME, valid_until, _ALL, optional=True),
    Fact("metadata.valid_until_text", TEXT, valid_until_text, _ALL, optional=True),
    Fact("metadata.valid_until_form", enum("ok", "no-zone", "malformed"), valid_until_form, _ALL, optional=True),
    Fact("metadata.valid_days_left", NUMBER, valid_days_left, _ALL, optional=True),
    Fact("metadata.cache_duration", TEXT, cache_duration, _ALL, optional=True),
    Fact("metadata.cache_duration_ok", BOOL, cache_duration_ok, _ALL, optional=True),
    Fact("metadata.signature", _STATES, signature_state, _ALL),
    Fact("metadata.signature_detail", TEXT, signature_detail, _ALL, optional=True),
    Fact("metadata.signature_weak", BOOL, signature_weak, _ALL),
    Fact("metadata.signature_algorithm", TEXT, signature_algorithm, _ALL, optional=True),
)  # fmt: skip
