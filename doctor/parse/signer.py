"""Whose key made a signature: signxml asked with one key after the other.

signxml is given a copy of the covered element as a document of its own, the signature still in it.
That is what it would make itself before it canonicalizes, so that its own copies can be spared: they
take most of its time. Nothing but the covered element is in its reach, and the reference is resolved
by `parse.reference` alone.

Dates and weak algorithms are judged by rules: certificates are used whenever, SHA-1 is accepted and named.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cryptography.exceptions import InvalidSignature as CryptoInvalid
from cryptography.exceptions import UnsupportedAlgorithm
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidDigest, InvalidInput, InvalidSignature, SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from doctor.parse import key
from doctor.parse.reference import is_indented, is_inside, line, references_of
from doctor.parse.saml import DS, child
from doctor.parse.xml import KEEPING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from doctor.model.message import Verdict
    from doctor.parse.key import Key
    from doctor.parse.xml import Element

MAX_WORK: Final = 8 * 1024 * 1024
"""Bytes that signxml is given in sum for one document: a verification reads all of what is covered."""

_FAILURES: Final = (
    SignXMLException, UnsupportedAlgorithm, etree.LxmlError, SyntaxError, ValueError, LookupError, TypeError,
    AttributeError, AssertionError, OverflowError, RecursionError, NotImplementedError,
)  # fmt: skip
"""What signxml and the libraries under it raise on input that they cannot make sense of."""

_BY_CERTIFICATE: Final = SignatureConfiguration(
    location="./", ignore_ambiguous_key_info=True, digest_algorithms=frozenset(DigestAlgorithm),
    signature_methods=frozenset(method for method in SignatureMethod if not method.name.startswith("HMAC")),
)  # fmt: skip
_BY_BARE_KEY: Final = SignatureConfiguration(
    location="./", require_x509=False, digest_algorithms=_BY_CERTIFICATE.digest_algorithms,
    signature_methods=_BY_CERTIFICATE.signature_methods,
)  # fmt: skip


_PLAIN: Final[Any] = XMLVerifier
"""The same without types, of which its inner methods have none."""


class Work:
    """What signxml may still be given for a document, in bytes."""

    def __init__(self) -> None:
        self.left = MAX_WORK

    def spend(self, size: int) -> bool:
        """Whether so many more are within the bound."""
        self.left -= size
        return self.left >= 0


class Attempt(NamedTuple):
    """One signature to be tried: what it covers, the given keys, and its verdict so far."""

    signature: Element
    target: Element
    given: tuple[Key, ...]
    work: Work
    base: Verdict


def tried(attempt: Attempt) -> Verdict:
    """The verdict by each given key in turn, then by those that the signature carries itself."""
    keys = _candidates(attempt)
    if not keys:
        detail = "no certificate with a key of this kind was given or is carried"
        return attempt.base._replace(reason="no-key", detail=detail)
    try:
        trial = _Trial(attempt.target, attempt.signature, attempt.work)
    except _FAILURES as error:
        return attempt.base._replace(state="unsupported", reason="structure", detail=line(error))
    for one, is_given in keys:
        if not trial.affordable():
            return attempt.base._replace(reason="too-much", detail="the document is too large for so many attempts")
        if found := _held(attempt, trial, one):
            return _by(found, one, is_given=is_given)
    return _by_nobody(attempt)


def _candidates(attempt: Attempt) -> list[tuple[Key, bool]]:
    """Keys of the right kind, and whether they are given; the carried one first where it is given."""
    kind = key.kind_of(attempt.base.algorithm)
    known = {one.fingerprint for one in attempt.given}
    carried = [one for one in key.carried(attempt.signature) if one.kind == kind]
    named = {one.fingerprint for one in carried}
    given = [one for one in attempt.given if one.kind == kind]
    given.sort(key=lambda one: one.fingerprint not in named)
    bare = None if carried else key.bare(attempt.signature, kind)
    others = [one for one in carried if one.fingerprint not in known] + ([bare] if bare else [])
    return [(one, True) for one in given] + [(one, False) for one in others]


def _held(attempt: Attempt, trial: _Trial, one: Key) -> Verdict | None:
    """What signxml says with this key; None when another key made the signature."""
    base = attempt.base
    try:
        signed = trial.held_against(one)
    except InvalidDigest:
        detail, indented = "the content was changed after it was signed", is_indented(attempt.target)
        return base._replace(state="invalid", reason="altered", detail=detail, indented=indented)
    except (InvalidSignature, CryptoInvalid):
        return None
    except _FAILURES as error:
        return base._replace(state="unsupported", reason="algorithm", detail=line(error))
    return base._replace(state="valid", signed=signed)


def _by(found: Verdict, one: Key, *, is_given: bool) -> Verdict:
    if found.state == "unsupported":
        return found
    if is_given:
        return found._replace(signer=one.fingerprint)
    if found.state == "valid":
        what = "the certificate it carries, which is not among the given" if one.loaded else "the bare key it carries"
        return found._replace(state="untrusted-key", detail=f"intact, and signed with {what}", signed=None)
    return found


def _by_nobody(attempt: Attempt) -> Verdict:
    indented = is_indented(attempt.signature) or is_indented(attempt.target)
    detail = "no given certificate made it, nor the one that it carries"
    return attempt.base._replace(state="invalid", reason="unknown-signer", detail=detail, indented=indented)


class _Trial(XMLVerifier):
    """signxml over one signature and a private copy of what it covers.

    Overridden is only where signxml copies what is a copy already, finds what was found already, and
    judges dates. Its canonicalization, digest and signature are its own.
    """

    def __init__(self, target: Element, signature: Element, work: Work) -> None:
        self._uri = references_of(signature)[0].get("URI")
        self._work = work
        self._canonical: bytes | None = None
        self._signature = signature
        written = _written(child(signature, DS + "SignedInfo"))
        self._size = len(written)
        self._info: Element = etree.fromstring(written, KEEPING)
        self._root, self._enveloped = self._copied(target)

    def _copied(self, target: Element) -> tuple[Element, Element]:
        """The target as a document of its own, and the signature inside it (else a copy of the signature).

        Written and parsed anew, since a plain copy would lose the namespaces declared around it.
        """
        written = _written(target)
        if not self._work.spend(len(written)):
            return None, None
        root = etree.fromstring(written, KEEPING) if target.getparent() is not None else deepcopy(target)
        if not is_inside(self._signature, target):
            return root, deepcopy(self._signature)
        seals = zip(target.iter(DS + "Signature"), root.iter(DS + "Signature"), strict=True)
        return root, next(copy for one, copy in seals if one is self._signature)

    def affordable(self) -> bool:
        """Whether one more key may be tried."""
        return self._root is not None and self._work.spend(self._size)

    def held_against(self, one: Key) -> bytes:
        """The canonical bytes that this key signed. Raises what signxml raises."""
        config = _BY_CERTIFICATE
        if one.loaded is None:
            config, self._signature = _BY_BARE_KEY, deepcopy(self._signature)
            for unused in self._signature.findall(f"{DS}KeyInfo/{DS}X509Data"):
                unused.getparent().remove(unused)
        result: Any = self.verify(
            self._root, x509_cert=one.loaded, validate_schema=False, parser=KEEPING, expect_config=config
        )
        if self._canonical is None or result.signed_data != self._canonical:
            raise InvalidInput("the signed bytes are another element")
        return self._canonical

    def get_root(self, data: Element) -> Element:
        """The root element, which is given."""
        return data

    def _get_signature(self, root: Element) -> Element:  # noqa: ARG002
        return self._enveloped

    def _resolve_reference(self, doc_root: Element, reference: Element, *_args: object, **_kwargs: object) -> Element:
        """The copy of what `parse.reference` found, when the signed reference is that very one."""
        if reference.get("URI") != self._uri:
            raise InvalidInput("the signed reference is another one")
        return doc_root

    def _find(self, element: Element, query: str, *args: Any, **kwargs: Any) -> Any:
        """Plain children without a table of prefixes, which would cost more than the search."""
        found = child(element, DS + query) if ":" not in query and not args and "xpath" not in kwargs else None
        return found if found is not None else _PLAIN._find(self, element, query, *args, **kwargs)

    def _check_cert_validity(self, cert: object, cert_source: str) -> None:
        """Dates are judged by rules."""

    def _tostring(self, xml_node: Element, **kwargs: Any) -> Any:
        if xml_node is self._enveloped:
            return self._signature
        return xml_node if xml_node is self._root else _PLAIN._tostring(self, xml_node, **kwargs)

    def _fromstring(self, xml_string: Any, **kwargs: Any) -> Element:
        if xml_string is self._root or xml_string is self._signature:
            return xml_string
        return self._root if xml_string is self._canonical else _PLAIN._fromstring(self, xml_string, **kwargs)

    def _c14n(self, nodes: Any, algorithm: Any, inclusive_ns_prefixes: Sequence[str] | None = None) -> bytes:
        """Of SignedInfo as a root: below one, lxml may write xmlns="" where inclusive forms have none."""
        whole = self._root if nodes is self._root else self._info
        done: bytes = _PLAIN._c14n(self, whole, algorithm=algorithm, inclusive_ns_prefixes=inclusive_ns_prefixes)
        if nodes is self._root:
            self._canonical = done
        return done


def _written(element: Element) -> bytes:
    """An element with the namespaces that are declared around it."""
    return bytes(etree.tostring(element, encoding="utf-8", with_tail=False))
