"""Signatures of SAML messages, verified by signxml against certificates that somebody trusts.

Two questions are kept apart: is the signature intact, and by whose key; and is what it covers the
thing that a consumer reads (signature wrapping). Everything that could execute, fetch or expand is
refused before signxml sees it: XSLT, XPath and base64 transforms, references out of the document,
HMAC (where a public certificate would serve as the shared secret), comments inside SignedInfo.

Dates and weak algorithms are judged by rules: each certificate is used at a moment inside its own
validity, SHA-1 is accepted and named. Import this only when there is a signature.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import warnings
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from cryptography import x509
from cryptography.exceptions import InvalidSignature as CryptoInvalid
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa, utils
from lxml import etree
from signxml.exceptions import InvalidCertificate, InvalidDigest, InvalidSignature, SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from doctor.model.finding import Place
from doctor.model.message import Verdict
from doctor.parse import certificate
from doctor.parse.response import (
    DS,
    ID_NAMES,
    KEEPING,
    SAML,
    SAMLP,
    carried_in,
    faithful,
    identifier,
    local,
    may_hold_comments,
    short,
)
from doctor.parse.signature import _lenient as lenient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from doctor.parse.xml import Element

MAX_SIGNATURES: Final = 20
"""Signatures of one document that are judged; the others are named."""
MAX_CERTIFICATES: Final = 50
MAX_WORK: Final = 8 * 1024 * 1024
"""Bytes that signxml is given in sum for one document: one verification reads the whole of it."""
MAX_STEP: Final = 100_000
MAX_QUERY: Final = 1024 * 1024

_SAML1: Final = "{urn:oasis:names:tc:SAML:1.0:assertion}"
_ASSERTIONS: Final = (SAML + "Assertion", _SAML1 + "Assertion")
_RESPONSES: Final = (SAMLP + "Response", "{urn:oasis:names:tc:SAML:1.0:protocol}Response")
_ENCRYPTED: Final = SAML + "EncryptedAssertion"
_ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_C14N: Final = tuple(
    uri + comments
    for uri in ("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/2006/12/xml-c14n11",
                "http://www.w3.org/2001/10/xml-exc-c14n#")
    for comments in ("", "WithComments" if uri.endswith("#") else "#WithComments")
)  # fmt: skip
_INTACT: Final = ("valid", "untrusted-key", "covers-other")
_VALUED: Final = etree.XPath("//@*[. = $value]")
_FAILURES: Final = (
    SignXMLException, UnsupportedAlgorithm, etree.LxmlError, SyntaxError, ValueError, LookupError, TypeError,
    AttributeError, AssertionError, OverflowError, RecursionError, NotImplementedError,
)  # fmt: skip
"""What signxml and the libraries under it raise on input that they cannot make sense of."""


class Key(NamedTuple):
    """A certificate to verify with; `kind` is rsa, ec, dsa or other."""

    loaded: x509.Certificate
    fingerprint: str
    kind: str
    settings: SignatureConfiguration


class _Refused(NamedTuple):
    state: str
    reason: str
    detail: str


class _Work:
    """What signxml may still be given for this document, in bytes."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.left = MAX_WORK

    def spend(self) -> bool:
        self.left -= self.size
        return self.left >= 0


class _Scene(NamedTuple):
    """One document with the certificates it is held against."""

    root: Element
    reads: Element
    given: tuple[Key, ...]
    work: _Work
    sha256: str


def verify(
    data: bytes, certificates: Sequence[bytes], encoding: str | None = None, root: Element | None = None
) -> tuple[Verdict, ...]:
    """The verdict on each Signature element of a document, in document order.

    `certificates` are DER or PEM, in the order in which they are tried; unreadable ones are passed over.
    `encoding` overrides the declaration. `root` is what the door made of the same bytes, where it is
    at hand: it saves a parse when there was no comment to drop. Raises `XmlRefused` for what the door
    refuses, nothing else.
    """
    root = _whole(data, encoding, root)
    digest = hashlib.sha256(data).hexdigest()
    scene = _Scene(root, _read_first(root), _keys(certificates), _Work(len(data)), digest)
    judged = [
        _judged(scene, element) if number < MAX_SIGNATURES else _beyond(scene, element)
        for number, element in zip(range(100), root.iter(DS + "Signature"), strict=False)
    ]
    return _with_wrapping(scene, judged)


def _whole(data: bytes, encoding: str | None, root: Element | None) -> Element:
    """The root element of the document with nothing dropped: comments may be signed."""
    if root is None or encoding is not None or may_hold_comments(root, data):
        return faithful(data, encoding)
    return root.getroottree().getroot()


def verified(data: bytes, verdict: Verdict) -> bytes | None:
    """The canonical bytes that a given key signed: one element, to be parsed anew; None unless valid.

    Nothing else of a document may be called verified. `data` must be the bytes that were judged.
    """
    if verdict.state != "valid" or verdict.sha256 != hashlib.sha256(data).hexdigest():
        return None
    return verdict.signed


class _Judged(NamedTuple):
    """A verdict before wrapping is known, with the element it covers."""

    verdict: Verdict
    element: Element
    target: Element | None


def _judged(scene: _Scene, element: Element) -> _Judged:
    target, attribute, refused = _target(scene.root, element)
    refused = refused or _refused(element) or _unreachable(scene, element)
    base = _described(scene, element, target)
    if refused:
        found = base._replace(state=refused.state, reason=refused.reason, detail=refused.detail)
    else:
        found = _tried(_Attempt(scene, element, target, attribute, base))
    return _Judged(_over(found, element, target), element, target)


def _beyond(scene: _Scene, element: Element) -> _Judged:
    detail = f"only the first {MAX_SIGNATURES} signatures of a document are judged"
    base = _described(scene, element, None)
    return _Judged(base._replace(reason="too-much", detail=detail), element, None)


def _described(scene: _Scene, element: Element, target: Element | None) -> Verdict:
    carried = carried_in(element.find(DS + "KeyInfo"))
    return Verdict(
        state="not-judged", reason="", detail="", path=_path(element),
        covered=local(target) if target is not None else None,
        covered_id=identifier(target) if target is not None else None,
        covered_path=_path(target) if target is not None else None,
        algorithm=short(element.find(f"{DS}SignedInfo/{DS}SignatureMethod")),
        digest=short(element.find(f"{DS}SignedInfo/{DS}Reference/{DS}DigestMethod")),
        signer=None, carried=carried,
        carried_given=carried is not None and any(key.fingerprint == carried.sha256 for key in scene.given),
        reads_covered=None, wrapping="", indented=False, sha256=scene.sha256, place=Place(element.sourceline),
    )  # fmt: skip


# -- which element is covered


def _target(root: Element, signature: Element) -> tuple[Element | None, str, _Refused | None]:
    """The element that the reference points at, the attribute it is found by, or why there is none."""
    references = signature.findall(f"{DS}SignedInfo/{DS}Reference")
    if len(references) != 1:
        return None, "", _Refused("unsupported", "reference", f"{len(references)} references, one was expected")
    uri = references[0].get("URI")
    if uri == "":
        return root, "ID", None
    if uri is None or uri == "#" or uri.startswith("#xpointer"):
        return None, "", _Refused("unsupported", "reference", f"the reference {_line(uri)} is not followed")
    if uri[0] != "#":
        return None, "", _Refused("unsupported", "external-reference", f"{_line(uri)} is not fetched")
    return _by_id(root, uri[1:])


def _by_id(root: Element, value: str) -> tuple[Element | None, str, _Refused | None]:
    names = [(found.attrname.rpartition("}")[2], found.getparent()) for found in _VALUED(root, value=value)]
    found = [(name, element) for name, element in names if name in ID_NAMES]
    if not found:
        return None, "", _Refused("covers-other", "no-target", f"no element has the ID {_line(value)}")
    if len(found) > 1:
        detail = f"{len(found)} elements have the ID {_line(value)}"
        return None, "", _Refused("covers-other", "duplicate-id", detail)
    return found[0][1], found[0][0], None


def _unreachable(scene: _Scene, signature: Element) -> _Refused | None:
    """signxml is told by a path which signature to take: the first one in its element."""
    if scene.root.tag == DS + "Signature":
        return _Refused("unsupported", "structure", "the signature is the root; an enveloped one was expected")
    if _costly(signature):
        return _Refused("not-judged", "too-much", "too many elements of one name stand beside it")
    if scene.root.find(_location(signature) + DS + "Signature") is signature:
        return None
    return _Refused("not-judged", "second", "another signature stands before it in the same element")


def _costly(signature: Element) -> bool:
    """Following a numbered step costs the number times the siblings of that name."""
    elements = (signature, *signature.iterancestors())
    return any(_ordinal(one) * (_ordinal(one) + _later(one)) > MAX_STEP for one in elements)


def _later(element: Element) -> int:
    return sum(1 for _ in element.itersiblings(element.tag))


def _location(signature: Element) -> str:
    steps = []
    element = signature.getparent()
    while element is not None and element.getparent() is not None:
        steps.append(f"{element.tag}[{_ordinal(element)}]/")
        element = element.getparent()
    return "./" + "".join(reversed(steps))


def _ordinal(element: Element) -> int:
    return 1 + sum(1 for _ in element.itersiblings(element.tag, preceding=True))


def _path(element: Element) -> str:
    """Where an element stands, without namespaces: /Response/Assertion[2]/Signature."""
    steps = []
    while element is not None:
        number = _ordinal(element)
        steps.append(local(element)[:80] + (f"[{number}]" if number > 1 else ""))
        element = element.getparent()
    return "/" + "/".join(reversed(steps[-40:]))


# -- what is refused unexecuted


def _refused(signature: Element) -> _Refused | None:
    info = signature.findall(DS + "SignedInfo")
    if len(info) != 1 or len(signature.findall(DS + "SignatureValue")) != 1:
        return _Refused("unsupported", "structure", "exactly one SignedInfo and one SignatureValue were expected")
    if any(not isinstance(node.tag, str) for node in info[0].iter()):
        return _Refused("unsupported", "comment", "a comment stands inside SignedInfo")
    method = short(info[0].find(DS + "SignatureMethod"))
    if method.startswith("hmac"):
        detail = f"{method} needs a shared secret; a certificate is none"
        return _Refused("unsupported", "hmac", detail)
    return _refused_transforms(info[0])


def _refused_transforms(info: Element) -> _Refused | None:
    """SAML allows the enveloped-signature transform and exclusive canonicalization (core 5.4.4)."""
    transforms = [one.get("Algorithm") or "" for one in info.findall(f"{DS}Reference/{DS}Transforms/{DS}Transform")]
    odd = next((uri for uri in transforms if uri != _ENVELOPED and uri not in _C14N), None)
    if odd is not None:
        return _Refused("unsupported", "transform", f"the transform {_line(odd)} is refused unexecuted")
    if len(transforms) > 2 or sum(uri in _C14N for uri in transforms) > 1 or transforms[1:] == [_ENVELOPED]:
        return _Refused("unsupported", "transform", f"{len(transforms)} transforms in an unusual order")
    return None


# -- by whom it verifies


class _Attempt(NamedTuple):
    """One signature that may be tried: the element it covers, and by which attribute that is found."""

    scene: _Scene
    signature: Element
    target: Element
    attribute: str
    base: Verdict


def _tried(attempt: _Attempt) -> Verdict:
    """Each given key in turn, then those that the signature carries itself."""
    scene, base = attempt.scene, attempt.base
    keys = _candidates(attempt)
    for key, given in keys:
        if not scene.work.spend():
            return base._replace(reason="too-much", detail="the document is too large for so many attempts")
        found = _held(attempt, key)
        if found is not None:
            return _by(found, key, given=given)
    return _by_nobody(attempt, tried=bool(keys))


def _candidates(attempt: _Attempt) -> list[tuple[Key, bool]]:
    """Keys of the right kind, and whether they are given; the carried one first where it is given."""
    kind = _kind(attempt.base.algorithm)
    known = {key.fingerprint for key in attempt.scene.given}
    carried = [key for key in _carried(attempt.signature) if key.kind == kind]
    named = {key.fingerprint for key in carried}
    given = [key for key in attempt.scene.given if key.kind == kind]
    given.sort(key=lambda key: key.fingerprint not in named)
    return [(key, True) for key in given] + [(key, False) for key in carried if key.fingerprint not in known]


def _held(attempt: _Attempt, key: Key) -> Verdict | None:
    """What signxml says with this key; None when another key made the signature."""
    base = attempt.base
    try:
        result = _by_signxml(attempt, key)
    except InvalidDigest:
        detail, indented = "the content was changed after it was signed", _indented(attempt.target)
        return base._replace(state="invalid", reason="altered", detail=detail, indented=indented)
    except InvalidCertificate as error:
        return base._replace(state="unsupported", reason="certificate", detail=_line(error))
    except (InvalidSignature, CryptoInvalid):
        return None
    except _FAILURES as error:
        return base._replace(state="unsupported", reason="algorithm", detail=_line(error))
    return _confirmed(result, attempt)


def _by_signxml(attempt: _Attempt, key: Key) -> Any:
    config = replace(key.settings, location=_location(attempt.signature))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _OnTree().verify(
            attempt.scene.root, x509_cert=key.loaded, id_attribute=attempt.attribute, validate_schema=False,
            parser=KEEPING, expect_config=config,
        )  # fmt: skip


class _OnTree(XMLVerifier):
    """Takes our tree as it is: it came through the door, and signxml changes nothing but copies of it."""

    def get_root(self, data: Element) -> Element:
        """The root element, which is given."""
        return data


def _confirmed(result: Any, attempt: _Attempt) -> Verdict:
    """Trust the result only when it is the signature and the element that we resolved ourselves."""
    signed, target, value = result.signed_xml, attempt.target, DS + "SignatureValue"
    same = result.signature_xml.findtext(value) == attempt.signature.findtext(value)
    if not same or signed is None or signed.tag != target.tag or identifier(signed) != identifier(target):
        return attempt.base._replace(
            state="unsupported", reason="partial", detail="the signed bytes are another element"
        )
    return attempt.base._replace(state="valid", signed=result.signed_data)


def _by(found: Verdict, key: Key, *, given: bool) -> Verdict:
    if given:
        return found._replace(signer=key.fingerprint)
    if found.state == "valid":
        detail = "intact, and signed with the certificate it carries, which is not among the given"
        return found._replace(state="untrusted-key", detail=detail, signed=None)
    return found


def _by_nobody(attempt: _Attempt, *, tried: bool) -> Verdict:
    if not tried:
        detail = "no certificate with a key of this kind was given or is carried"
        return attempt.base._replace(reason="no-key", detail=detail)
    indented = _indented(attempt.signature) or _indented(attempt.target)
    detail = "no given certificate made it, nor the one that it carries"
    return attempt.base._replace(state="invalid", reason="unknown-signer", detail=detail, indented=indented)


def _over(found: Verdict, element: Element, target: Element | None) -> Verdict:
    """A signature that is intact, over another element than the one it stands in."""
    if target is None or element.getparent() is target or found.state not in ("valid", "untrusted-key"):
        return found
    detail = f"it stands in {_path(element)} and covers {found.covered_path}"
    return found._replace(state="covers-other", reason="elsewhere", detail=detail, signed=None)


def _indented(element: Element) -> bool:
    """Whether line breaks stand between elements: the document may have been reformatted."""
    return any("\n" in (one.text or "") and not (one.text or "").strip() and len(one) for one in element.iter("*"))


# -- what a consumer reads


def _read_first(root: Element) -> Element:
    """The first Assertion child of the Response (out of SOAP or an artifact), else the message itself."""
    message = root if _is_message(root) else next(root.iter(*_RESPONSES), None)
    if message is None:
        message = next(root.iter(*_ASSERTIONS), root)
    found = next(message.iterchildren(*_ASSERTIONS, _ENCRYPTED), None)
    return message if found is None or message.tag in _ASSERTIONS else found


def _is_message(root: Element) -> bool:
    """A message itself; otherwise it is looked for inside: SOAP, an artifact's response, WS-Trust."""
    tag = root.tag
    return tag in (*_RESPONSES, *_ASSERTIONS) or (tag.startswith(SAMLP) and tag != SAMLP + "ArtifactResponse")


def _inside(element: Element, outer: Element) -> bool:
    while element is not None and element is not outer:
        element = element.getparent()
    return element is not None


def _covers(judged: _Judged, element: Element) -> bool:
    """Whether the digest reaches an element: not into the signature itself, which is taken out first."""
    if judged.target is None or not _inside(element, judged.target):
        return False
    return not _inside(element, judged.element) or _inside(judged.target, judged.element)


def _with_wrapping(scene: _Scene, judged: list[_Judged]) -> tuple[Verdict, ...]:
    """What a given key covers counts; only where none made anything, what the carried keys cover."""
    sound = [one for one in judged if one.verdict.state in _INTACT and one.target is not None]
    intact = [one for one in sound if one.verdict.signer is not None] or sound
    assertions = scene.root.iter(*_ASSERTIONS) if intact else ()
    bare = [element for element in assertions if not any(_covers(one, element) for one in intact)]
    safe = any(_covers(one, scene.reads) for one in intact)
    return tuple(_finished(scene, one, bare, safe=safe) for one in judged)


def _finished(scene: _Scene, judged: _Judged, bare: list[Element], *, safe: bool) -> Verdict:
    reads = None if judged.target is None else _covers(judged, scene.reads)
    return judged.verdict._replace(reads_covered=reads, wrapping=_wrapping(scene, judged, bare, safe=safe))


def _wrapping(scene: _Scene, judged: _Judged, bare: list[Element], *, safe: bool) -> str:
    verdict = judged.verdict
    if verdict.reason == "duplicate-id":
        return "duplicate-id"
    if judged.target is None or verdict.state not in _INTACT:
        return ""
    if not safe:
        return "outside" if judged.element.getparent() is judged.target else "elsewhere"
    if any(one.getparent() is not scene.reads.getparent() for one in bare):
        return "hidden"
    return "beside" if bare else ""


# -- keys


def _keys(certificates: Iterable[bytes]) -> tuple[Key, ...]:
    """Readable certificates, each once."""
    found: dict[str, Key] = {}
    for _, data in zip(range(MAX_CERTIFICATES), certificates, strict=False):
        key = _key(bytes(data[:200_000]))
        if key is not None:
            found.setdefault(key.fingerprint, key)
    return tuple(found.values())


def _carried(signature: Element) -> Iterable[Key]:
    """The certificates in KeyInfo, at most four of a chain."""
    texts = signature.iterfind(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate")
    for _, element in zip(range(4), texts, strict=False):
        key = _key((element.text or "")[:200_000].encode("utf-8", "replace"))
        if key is not None:
            yield key


@lru_cache(maxsize=128)
def _key(data: bytes) -> Key | None:
    """A certificate in DER, PEM or bare base64; None when it cannot be read or its key cannot verify."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            der = data if data[:1] == b"\x30" else certificate.der_of(data.decode("ascii"))
            loaded = x509.load_der_x509_certificate(der)
            public, settings = loaded.public_key(), lenient(loaded)
    except (ValueError, TypeError, UnsupportedAlgorithm, OverflowError):
        return None
    return Key(loaded, hashlib.sha256(der).hexdigest(), _KINDS.get(type(public).__name__, "other"), settings)


_KINDS: Final = {
    "RSAPublicKey": "rsa", "EllipticCurvePublicKey": "ec", "ECPublicKey": "ec", "DSAPublicKey": "dsa",
}  # fmt: skip


def _kind(algorithm: str) -> str:
    if algorithm.startswith("ecdsa"):
        return "ec"
    if algorithm.startswith("dsa"):
        return "dsa"
    return "rsa"


def _line(thing: object) -> str:
    text = str(thing) if isinstance(thing, BaseException) else repr(thing)
    return " ".join(text.split())[:200]


# -- signed queries of the redirect binding (saml-bindings 3.4.4.1)

_HASHES: Final[dict[str, Callable[[], hashes.HashAlgorithm]]] = {
    "sha1": hashes.SHA1, "sha224": hashes.SHA224, "sha256": hashes.SHA256, "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}  # fmt: skip
_QUERY_ALGORITHM: Final = re.compile(
    r"http://www\.w3\.org/(?:2000/09/xmldsig|2001/04/xmldsig-more|2009/xmldsig11)#((?:rsa|ecdsa|dsa)-(sha\d+))"
)  # fmt: skip
_SIGNED: Final[tuple[str, ...]] = ("SAMLRequest", "SAMLResponse", "RelayState", "SigAlg", "Signature")


def verify_query(query: str, certificates: Sequence[bytes]) -> Verdict | None:
    """The verdict on a query string or URL that carries its signature beside the message; None when unsigned.

    Covered are SAMLRequest or SAMLResponse, RelayState and SigAlg, in this order and as they were
    encoded. Where only another encoding of the same values verifies, it is valid and `re-encoded`.
    """
    found = _parameters(query)
    if not found.get("Signature"):
        return None
    base = _query_base(query, found)
    if refused := _refused_query(query, found):
        return base._replace(state=refused.state, reason=refused.reason, detail=refused.detail)
    kind = _kind(base.algorithm)
    keys = [key for key in _keys(certificates) if key.kind == kind]
    if not keys:
        return base._replace(reason="no-key", detail="no certificate with a key of this kind was given")
    return _query_tried(found, keys, base)


def _parameters(query: str) -> dict[str, list[str]]:
    """Values of the parameters that matter, as they were encoded."""
    text = query[:MAX_QUERY].rpartition("?")[2].partition("#")[0].strip()
    found: dict[str, list[str]] = {}
    for part in text.split("&")[:1000]:
        name, _, value = part.partition("=")
        if name in _SIGNED:
            found.setdefault(name, []).append(value)
    return found


def _query_base(query: str, found: dict[str, list[str]]) -> Verdict:
    match = _QUERY_ALGORITHM.fullmatch(unquote(found.get("SigAlg", [""])[0]))
    carried = next((name for name in _SIGNED[:2] if name in found), None)
    return Verdict(
        state="not-judged", reason="", detail="", path="query", covered=carried, covered_id=None,
        covered_path=None, algorithm=match[1] if match else "unknown", digest=match[2] if match else "unknown",
        signer=None, carried=None, carried_given=False, reads_covered=carried is not None, wrapping="",
        indented=False, sha256=hashlib.sha256(query.encode("utf-8", "replace")).hexdigest(),
    )  # fmt: skip


def _refused_query(query: str, found: dict[str, list[str]]) -> _Refused | None:
    if len(query) > MAX_QUERY:
        return _Refused("unsupported", "too-much", f"{len(query):,} characters")
    if any(len(values) > 1 for values in found.values()) or ("SAMLRequest" in found) == ("SAMLResponse" in found):
        return _Refused("unsupported", "query", "a parameter that is signed stands there twice, or no message")
    algorithm = unquote(found.get("SigAlg", [""])[0])
    if "hmac" in algorithm.lower():
        return _Refused("unsupported", "hmac", "HMAC needs a shared secret; a certificate is none")
    match = _QUERY_ALGORITHM.fullmatch(algorithm)
    if match is None or match[2] not in _HASHES:
        return _Refused("unsupported", "algorithm", f"the algorithm {_line(algorithm)} is not known")
    return None


def _query_tried(found: dict[str, list[str]], keys: list[Key], base: Verdict) -> Verdict:
    signature = _raw(found["Signature"][0])
    if not signature:
        return base._replace(state="invalid", reason="unknown-signer", detail="the Signature is not base64")
    for number, signed in enumerate(_encodings(found)):
        key = next((key for key in keys if _fits(key, signature, signed, base.digest)), None)
        if key is not None:
            reason = "re-encoded" if number else ""
            return base._replace(state="valid", reason=reason, signer=key.fingerprint, signed=signed)
    return base._replace(state="invalid", reason="unknown-signer", detail="no given certificate made it")


def _raw(value: str) -> bytes:
    try:
        return base64.b64decode("".join(unquote(value).replace(" ", "+").split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _encodings(found: dict[str, list[str]]) -> list[bytes]:
    """The signed text as it was sent, then as others would have encoded it."""
    sent: dict[str, str] = {name: found[name][0] for name in _SIGNED[:4] if name in found}
    plus = {name: unquote_plus(value) if name == "RelayState" else unquote(value) for name, value in sent.items()}
    variants = (
        sent,
        {name: quote_plus(value) for name, value in plus.items()},
        {name: quote(value, safe="") for name, value in plus.items()},
        {name: _lower(quote_plus(value)) for name, value in plus.items()},
        {name: _lower(quote(value, safe="")) for name, value in plus.items()},
    )
    return [_joined(one) for one in variants]


def _lower(text: str) -> str:
    """Percent signs as .NET writes them."""
    return re.sub(r"%[0-9A-F]{2}", lambda match: match[0].lower(), text)


def _joined(values: dict[str, str]) -> bytes:
    return "&".join(f"{name}={value}" for name, value in values.items()).encode("utf-8", "replace")


def _fits(key: Key, signature: bytes, signed: bytes, digest: str) -> bool:
    public, algorithm = key.loaded.public_key(), _HASHES[digest]()
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, signed, padding.PKCS1v15(), algorithm)
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(_der_pair(signature, (public.key_size + 7) // 8), signed, ec.ECDSA(algorithm))
        elif isinstance(public, dsa.DSAPublicKey):
            public.verify(_der_pair(signature, len(signature) // 2), signed, algorithm)
        else:
            return False
    except (CryptoInvalid, UnsupportedAlgorithm, ValueError):
        return False
    return True


def _der_pair(signature: bytes, width: int) -> bytes:
    """r and s as XML signatures write them, side by side, turned into DER; DER stays as it is."""
    if len(signature) != 2 * width or (signature[:1] == b"\x30" and signature[1] == len(signature) - 2):
        return signature
    halves = signature[:width], signature[width:]
    return utils.encode_dss_signature(*(int.from_bytes(half) for half in halves))
