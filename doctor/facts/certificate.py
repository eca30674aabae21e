"""Facts of certificates, wherever they stand: in metadata, in a file, in a connection."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from doctor.facts.fact import BOOL, NUMBER, TEXT, TIME, Fact, View, collection, enum, mapped, record
from doctor.model.state import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from doctor.model.document import Certificate

PROBLEMS: Final = ("none", "unparseable", "empty", "private-key", "csr", "public-key", "pkcs7", "other")

CERTIFICATE: Final = record(
    subject=TEXT, issuer=TEXT, not_before=TIME, not_after=TIME, days_left=NUMBER, days_until_valid=NUMBER,
    validity_days=NUMBER, key_type=enum("rsa", "ec", "ed25519", "ed448", "dsa", "other"), key_bits=NUMBER,
    signature_hash=TEXT, self_signed=BOOL, is_ca=BOOL, sha256=TEXT, use=enum("signing", "encryption", "both"),
    written=enum("clean", "spaces", "armoured", "escaped", "url-encoded"), problem=enum(*PROBLEMS), detail=TEXT,
    times_seen=NUMBER,
)  # fmt: skip
"""A certificate as rules see it. `days_left` and `days_until_valid` are whole days from the moment of
judgement, negative once passed; `times_seen` counts how often it stands in its list."""


class Item:
    """One certificate at the moment of judgement: its own fields, and those that depend on time.

    Days are whole days, negative once passed; `use` is both where none is stated (errata E62).
    """

    __slots__ = (
        "days_left", "days_until_valid", "detail", "is_ca", "issuer", "key_bits", "key_type", "not_after", "not_before",
        "now", "of", "problem", "self_signed", "sha256", "signature_hash", "subject", "times_seen", "use",
        "validity_days", "written",
    )  # fmt: skip

    def __init__(self, of: Certificate, now: datetime, times_seen: int = 1) -> None:
        self.of = of
        self.now = now
        self.times_seen = times_seen
        self.use = of.use or "both"
        self.problem = of.problem or "none"
        self.subject = of.subject or ABSENT
        self.issuer = of.issuer or ABSENT
        self.not_before = of.not_before or ABSENT
        self.not_after = of.not_after or ABSENT
        self.key_type = of.key_type or ABSENT
        self.key_bits = of.key_bits
        self.signature_hash = of.signature_hash or ABSENT
        self.self_signed = of.self_signed
        self.is_ca = of.is_ca
        self.sha256 = of.sha256 or ABSENT
        self.written = of.written or ABSENT
        self.detail = of.detail or ABSENT
        before, after = of.not_before, of.not_after
        self.days_left = ABSENT if after is None else (after - now).days
        self.days_until_valid = ABSENT if before is None else -((now - before).days)
        self.validity_days = ABSENT if after is None or before is None else (after - before).days


def items(found: Iterable[Certificate], now: datetime) -> tuple[Item, ...]:
    """The certificates as items, each knowing how often it stands in the list."""
    listed = tuple(found)
    if len(listed) == 1:
        return (Item(listed[0], now),)
    prints = Counter(one.sha256 for one in listed)
    return tuple(Item(one, now, prints[one.sha256] if one.sha256 else 1) for one in listed)


def of_file(view: View) -> tuple[Item, ...]:
    """Every certificate of the document, in the order in which they stand."""
    return items(view.document.certificates, view.now)


def newest(view: View) -> Any:
    """The readable signing certificate that is valid for longest; absent when there is none."""
    return mapped(view, "idp.signing_certificates", _longest)


def _longest(found: tuple[Item, ...]) -> Any:
    dated = [item for item in found if item.of.not_after is not None]
    return max(dated, key=_end) if dated else ABSENT


def _end(item: Item) -> Any:
    return item.of.not_after


def kinds_in_file(view: View) -> Any:
    """What the file holds: certificate, csr, private-key, public-key, pkcs7, unparseable, other."""
    return mapped(view, "document.certificates", _held)


def _held(found: tuple[Item, ...]) -> str:
    problems = [item.problem for item in found]
    if "private-key" in problems:
        return "private-key"
    return "certificate" if "none" in problems or not problems else str(problems[0])


def chained(view: View) -> Any:
    """Whether a certificate of the file was issued by another one in it."""
    return mapped(view, "document.certificates", is_chain)


def is_chain(found: tuple[Any, ...]) -> bool:
    """Whether one of the certificates was issued by another one of them."""
    if len(found) < 2:
        return False
    subjects = {item.subject for item in found}
    return any(item.issuer in subjects and not item.self_signed for item in found if item.problem == "none")


CERTIFICATE_FILE: Final = ("certificate", "csr", "private-key")
IDP_AND_FILE: Final = ("idp-metadata", *CERTIFICATE_FILE)

FACTS: Final = (
    Fact("document.certificates", collection(CERTIFICATE), of_file, CERTIFICATE_FILE),
    Fact("idp.signing_certificates", collection(CERTIFICATE), of_file, CERTIFICATE_FILE,
         label="signing certificates", how="metadata, a certificate file,"),
    Fact("idp.newest_certificate", CERTIFICATE, newest, (*IDP_AND_FILE, "connection"), optional=True),
    Fact("certificate.file_holds", enum("certificate", *PROBLEMS[1:]), kinds_in_file, CERTIFICATE_FILE),
    Fact("document.certificates_are_chain", BOOL, chained, CERTIFICATE_FILE),
)  # fmt: skip
