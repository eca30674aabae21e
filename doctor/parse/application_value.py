"""Values of exports in one spelling, whatever type a product writes them in.

Products write flags as true, "true", "1", 1 or `True`, and name formats and algorithms each in words of their own.
Nothing here raises: what is no such value is None, and None means that the export does not show it.
"""

from __future__ import annotations

import binascii
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from doctor.model import redaction
from doctor.model.document import Certificate

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_TEXT: Final = 4096
"""Characters of one value that are kept."""
MAX_ITEMS: Final = 200
"""Items of one list that are read."""
_FLAGS: Final = {
    "true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False,
}  # fmt: skip
_FORMATS: Final = {
    "email": "email", "emailaddress": "email", "transient": "transient", "persistent": "persistent",
    "unspecified": "unspecified", "username": "unspecified",
}  # fmt: skip
_HASH: Final = re.compile(r"sha-?_?(1|224|256|348|384|512)(?!\d)", re.IGNORECASE)
_USER_INFO: Final = re.compile(r"(?i)^([a-z][a-z0-9+.-]{0,15}://)[^\s/?#@]{1,300}@")


def text(value: Any) -> str | None:
    """A text without white space around it, bounded; None for anything else. An empty text stays one."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value.strip()[:MAX_TEXT] if isinstance(value, str) else None


def verbatim(value: Any) -> str | None:
    """An address or name that is compared character by character: white space stays, a secret in it does not."""
    if not isinstance(value, str):
        return None
    found = _USER_INFO.sub(r"\1", value[:MAX_TEXT])
    return redaction.text(found) if "?" in found and "=" in found else found


def filled(value: Any) -> str | None:
    """A text with something in it, else None."""
    return text(value) or None


def flag(value: Any) -> bool | None:
    """A flag in any spelling."""
    if isinstance(value, bool):
        return value
    return _FLAGS.get(str(value).strip().lower()) if isinstance(value, str | int) else None


def count(value: Any) -> int | None:
    """A whole number, also as text."""
    found = text(value)
    return int(found) if found is not None and found.isascii() and found.isdigit() and len(found) < 10 else None


def mapping(value: Any, *keys: str) -> dict[str, Any]:
    """The mapping at the end of these keys; empty when there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[Any]:
    """The items of a list, bounded; one thing alone is a list of it, nothing is none."""
    if isinstance(value, list | tuple):
        return list(value[:MAX_ITEMS])
    return [] if value is None or value == "" else [value]


def texts(value: Any) -> tuple[str, ...] | None:
    """Every text of a list, verbatim; None when the list is not shown."""
    if value is None:
        return None
    return tuple(one for item in listed(value) if (one := verbatim(item)))


def name_id_format(value: Any) -> str | None:
    """unspecified, email, persistent, transient or other."""
    found = filled(value)
    return None if found is None else _FORMATS.get(found.rpartition(":")[2].rpartition("/")[2].lower(), "other")


def algorithm(value: Any) -> str | None:
    """A signature algorithm as rsa-sha256, rsa-pss-sha256, ecdsa-sha256 or dsa-sha1; None for no such word."""
    found = text(value) or ""
    match = _HASH.search(found)
    if match is None:
        return None
    lower = found.lower()
    family = "ecdsa" if "ecdsa" in lower else "dsa" if re.search(r"(?:(?<![a-z])|with)dsa", lower) else "rsa"
    return f"{family}{'-pss' if 'mgf1' in lower or 'pss' in lower else ''}-sha{_hash(match)}"


def digest(value: Any) -> str | None:
    """A digest algorithm as sha1, sha256 …"""
    match = _HASH.search(text(value) or "")
    return None if match is None else f"sha{_hash(match)}"


def _hash(match: re.Match[str]) -> str:
    return "384" if match[1] == "348" else match[1]  # a misprint in OneLogin's own documentation


def certificate(value: Any, use: str = "signing") -> Certificate | None:
    """The certificate in a text (PEM or base64) or in bytes written as a list of numbers; None when there is none."""
    from doctor.parse import certificate as certificates

    if isinstance(value, list) and value and all(isinstance(one, int) and 0 <= one < 256 for one in value[:20000]):
        found = certificates.from_der(bytes(value[:20000]), use)
    else:
        found = certificates.from_text(value[:200_000] if isinstance(value, str) else "", use)
    return found._replace(written="clean") if found.problem is None else None


def certificates(values: Iterable[Any], use: str = "signing") -> tuple[Certificate, ...]:
    """The certificates in these values, each once."""
    found = [one for value in values if (one := certificate(value, use)) is not None]
    return tuple({one.sha256: one for one in found}.values())


def dated(subject: Any, begin: Any, end: Any, **more: Any) -> Certificate | None:
    """A certificate of which an export shows the dates only; None without an end."""
    after = moment(end)
    if after is None:
        return None
    name = text(subject) or ""
    bits = count(more.get("bits")) or 0
    return Certificate(
        use="signing", subject=name, issuer=text(more.get("issuer")) or name, not_before=moment(begin),
        not_after=after, key_type=str(more.get("key") or "other").lower() if bits else "other", key_bits=bits,
        signature_hash=digest(more.get("signed")) or "", self_signed=False, is_ca=False, sha256="",
    )  # fmt: skip


_MILLISECONDS: Final = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/")


def moment(value: Any) -> datetime | None:
    """A time: ISO 8601, or as Windows PowerShell writes it into JSON; None for a text in some locale."""
    found = text(value) or ""
    try:
        if match := _MILLISECONDS.fullmatch(found):
            return datetime.fromtimestamp(int(match[1]) / 1000, UTC)
        parsed = datetime.fromisoformat(re.sub(r"(\.\d{1,6})\d*", r"\1", found))
    except (ValueError, OverflowError, OSError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def hexed(value: Any) -> str | None:
    """A fingerprint in hex from base64 or hex in any spelling."""
    found = (filled(value) or "").replace(":", "").replace(" ", "")
    if re.fullmatch(r"[0-9A-Fa-f]{40}(?:[0-9A-Fa-f]{24})?", found):
        return found.lower()
    try:
        return binascii.a2b_base64(found + "=" * (-len(found) % 4)).hex() or None
    except (binascii.Error, ValueError):
        return None
