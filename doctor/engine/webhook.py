"""The signature of a webhook checked: signature and time window apart, and why one of them fails.

WorkOS: `WorkOS-Signature: t=<milliseconds>, v1=<hex>` over `<t>.<body>`. Scalekit, as Standard Webhooks: `webhook-id`,
`webhook-timestamp` (seconds) and `webhook-signature` (`v1,<base64>`, several joined by blanks) over
`<id>.<timestamp>.<body>`, with the base64 of the secret behind `whsec_`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

TOLERANCE: Final = {"workos": 180.0, "scalekit": 300.0}
"""Seconds by which the time may differ from now, as the vendors' own libraries have it."""


class Delivery(NamedTuple):
    """A webhook as it was received: headers by their name in lower case, the raw body."""

    headers: dict[str, str]
    body: bytes


class Checked(NamedTuple):
    """`signature`: valid, invalid, malformed or missing. `window`: inside, too-old, in-future, wrong-unit
    (a receiver takes it for far away) or unknown.

    `age` is in seconds, negative when the time lies ahead. `reasons` say why it is not right, the likeliest first.
    """

    vendor: str
    signature: str
    window: str
    age: float | None
    tolerance: float
    reasons: tuple[str, ...]

    @property
    def accepted(self) -> bool:
        """Whether a receiver should take it."""
        return self.signature == "valid" and self.window == "inside"


class _Signed(NamedTuple):
    """What the headers say: the moment as written, in which unit, what stands before the body, the signatures."""

    stamp: str
    unit: float
    prefix: str
    signatures: tuple[bytes, ...]


def vendor_of(headers: dict[str, str]) -> str | None:
    """Which vendor's headers these are, else None."""
    if "workos-signature" in headers:
        return "workos"
    return "scalekit" if any(name.startswith(("webhook-", "svix-")) for name in headers) else None


def check(vendor: str, delivery: Delivery, secret: bytes, now: float, tolerance: float | None = None) -> Checked:
    """Check a delivery at `now` (Unix seconds). Comparisons take the same time whatever differs."""
    allowed = TOLERANCE[vendor] if tolerance is None else tolerance
    found = _workos(delivery.headers) if vendor == "workos" else _scalekit(delivery.headers)
    if isinstance(found, tuple) and not isinstance(found, _Signed):
        return Checked(vendor, found[0], "unknown", None, allowed, (found[1],))
    key = _key(vendor, secret)
    good = key is not None and _fits(found, key, delivery.body)
    age, unit = _age(found, now)
    window = "wrong-unit" if unit else _window(age, allowed)
    reasons = [] if good else list(_why(vendor, found, secret, delivery.body))
    reasons += [unit] if unit else _late(window, age, allowed, good=good)
    if vendor == "workos" and ", " not in delivery.headers["workos-signature"]:
        reasons.append("there is no blank behind the comma of the header: WorkOS' Python library refuses that form")
    return Checked(vendor, "valid" if good else "invalid", window, age, allowed, tuple(dict.fromkeys(reasons)))


# ── what the headers say ───────────────────────────────────────────────────────────────────────────────────

_HEX: Final = re.compile(r"[0-9a-fA-F]{64}")
_DIGITS: Final = re.compile(r"[0-9]{1,17}")


def _workos(headers: dict[str, str]) -> _Signed | tuple[str, str]:
    given = headers.get("workos-signature")
    if given is None:
        return "missing", "the header WorkOS-Signature is not there; a proxy may have dropped it"
    pairs = [part.strip().partition("=") for part in given.split(",")]
    parts = {name: value for name, _, value in pairs}
    stamp, signature = parts.get("t", ""), parts.get("v1", "")
    if not _DIGITS.fullmatch(stamp) or not _HEX.fullmatch(signature):
        return "malformed", "WorkOS-Signature is not of the form t=<milliseconds>, v1=<64 hexadecimal digits>"
    return _Signed(stamp, 1000.0, f"{stamp}.", (bytes.fromhex(signature),))


def _scalekit(headers: dict[str, str]) -> _Signed | tuple[str, str]:
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    values = [headers.get(name) or headers.get(name.replace("webhook", "svix")) for name in names]
    lacking = [name for name, value in zip(names, values, strict=True) if not value]
    if lacking:
        return "missing", f"missing headers: {', '.join(lacking)}; a proxy may have dropped them"
    ident, stamp, given = (value or "" for value in values)
    found = [_base64(one.partition(",")[2]) for one in given.split() if one.startswith("v1,")]
    signatures = tuple(one for one in found if one)
    if not _DIGITS.fullmatch(stamp) or not signatures:
        return "malformed", "webhook-timestamp is no number of seconds, or webhook-signature holds no v1,<base64>"
    return _Signed(stamp, 1.0, f"{ident}.{stamp}.", signatures)


def _base64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None


def _key(vendor: str, secret: bytes) -> bytes | None:
    """The key of the signature: with Scalekit what the base64 behind `whsec_` means."""
    if vendor == "workos":
        return secret
    head, _, tail = secret.decode("utf-8", "replace").partition("_")
    return _base64(tail if tail and head.isalpha() else secret.decode("utf-8", "replace"))


def _fits(found: _Signed, key: bytes, body: bytes, prefix: str | None = None) -> bool:
    made = hmac.digest(key, (found.prefix if prefix is None else prefix).encode() + body, hashlib.sha256)
    return any([hmac.compare_digest(made, one) for one in found.signatures])  # noqa: C419  (all are compared)


def _age(found: _Signed, now: float) -> tuple[float, str]:
    """Seconds since it was signed; and the words on a time that is in the wrong unit, else empty."""
    moment = float(found.stamp)
    if found.unit == 1000.0 and moment < 1e11:
        return (
            now - moment,
            f"the time {found.stamp} is in seconds, and WorkOS writes milliseconds (an emulator?)",
        )
    if found.unit == 1.0 and moment >= 1e11:
        return now - moment / 1000, f"the time {found.stamp} is in milliseconds, and Scalekit writes seconds"
    return now - moment / found.unit, ""


# ── why ────────────────────────────────────────────────────────────────────────────────────────────────────


def _window(age: float, allowed: float) -> str:
    return "inside" if abs(age) <= allowed else "too-old" if age > 0 else "in-future"


def _late(window: str, age: float, allowed: float, *, good: bool) -> list[str]:
    if window == "inside":
        return []
    if window == "in-future":
        return [f"it was signed {-age:.0f} s from now: this machine's clock is behind, or the time was altered"]
    cause = "it waited, is sent anew, is replayed, or this machine's clock is ahead"
    if not good:
        cause = "it is old, or this machine's clock is ahead"
    return [f"it was signed {age:.0f} s ago, and {allowed:.0f} s are allowed: {cause}"]


def _why(vendor: str, found: _Signed, secret: bytes, body: bytes) -> Iterator[str]:
    """What a wrong signature would be right with: the body, the secret or the time as they should have been."""
    for name, other in _secrets(vendor, secret):
        if _fits(found, other, body):
            yield f"the signature is right {name}"
            return
    key = _key(vendor, secret)
    if key is None:
        yield "the secret is not base64 behind whsec_: copy it again from the dashboard"
        return
    for name, changed in _bodies(body):
        if _fits(found, key, changed):
            yield f"the body was changed before it came here: the signature is right for {name}. Verify the raw bytes"
            return
    for name, prefix in _stamps(found):
        if _fits(found, key, body, prefix):
            yield f"the signature is right with the time in {name}"
            return
    yield (
        "neither a changed form of the body nor of the secret explains it: the secret is of another endpoint or"
        " environment, or was rotated; else the content was altered"
    )


def _bodies(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Forms that a body takes when a framework reads and writes it again."""
    for name, changed in (
        ("the body without the line break at its end", body.rstrip(b"\r\n")),
        ("the body with a line break at its end", body + b"\n"),
        ("the body with Unix line breaks", body.replace(b"\r\n", b"\n")),
        ("the body with Windows line breaks", body.replace(b"\n", b"\r\n")),
        ("the body without a byte order mark", body.removeprefix(b"\xef\xbb\xbf")),
    ):
        if changed != body:
            yield name, changed
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return
    for ascii_only in (False, True):
        for name, settings in _STYLES:
            written = json.dumps(value, ensure_ascii=ascii_only, **settings)  # type: ignore[arg-type]
            for text in dict.fromkeys((written, written.replace("/", "\\/"))):
                yield name, text.encode("utf-8", "replace")


_STYLES: Final[tuple[tuple[str, dict[str, object]], ...]] = (
    ("the same JSON written compactly: it was re-serialised", {"separators": (",", ":")}),
    ("the same JSON written with blanks: it was re-serialised", {}),
    ("the same JSON written in lines: it was re-serialised", {"indent": 2}),
    ("the same JSON with its keys sorted: it was re-serialised", {"separators": (",", ":"), "sort_keys": True}),
)


def _secrets(vendor: str, secret: bytes) -> Iterator[tuple[str, bytes]]:
    bare = secret.strip().strip(b"\"'")
    if bare != secret and (key := _key(vendor, bare)) is not None:
        yield "with the secret without the blanks or quotation marks around it", key
    if vendor == "scalekit":
        yield "with the secret taken as text: the sender did not decode its base64", secret
        told = "with what stands behind whsec_ taken as text: the sender did not decode its base64"
        yield told, secret.partition(b"_")[2]
    elif (key := _base64(secret.decode("utf-8", "replace").partition("_")[2])) is not None:
        yield "with the base64 behind whsec_ decoded: the sender signs as Standard Webhooks, not as WorkOS", key


def _stamps(found: _Signed) -> Iterator[tuple[str, str]]:
    head = found.prefix.removesuffix(f"{found.stamp}.")
    yield "milliseconds, while the header has seconds", f"{head}{found.stamp}000."
    if len(found.stamp) > 10:
        yield "seconds, while the header has milliseconds", f"{head}{found.stamp[:-3]}."
    yield "no place at all: the body alone was signed", ""
