"""What a response says: its status, its structure, its subject, NameID and attributes."""

from __future__ import annotations

from typing import Any, Final

from lxml import etree

from tests.factory import clinic_flow as flow
from tests.factory import response
from tests.factory.clinic_case import Case, application, case, reshaped, sent
from tests.factory.response import EMAIL, SAML, SAMLP, TRANSIENT, Draft

_STATUS: Final = "urn:oasis:names:tc:SAML:2.0:status:"
_PERSISTENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
_ASSERTION: Final = f"{{{SAML}}}Assertion"


def _status(name: str, expected: str, *codes: str, message: str | None = None, signed: str = "none") -> Case:
    """An answer without an assertion. That the sign-in failed is true of each."""
    uris = tuple(_STATUS + code for code in codes)
    return sent(f"status-{name}", f"status {' '.join(codes)}", expected, "response-status-failed",
                status=uris, status_message=message, with_assertion=False, signed=signed)  # fmt: skip


_STATUSES: Final = (
    _status("responder", "response-status-failed", "Responder"),
    _status("requester", "response-status-failed", "Requester", message="Invalid request", signed="response"),
    sent("status-private-code", "a code of the product's own", "response-status-failed", with_assertion=False,
         signed="none", status=(_STATUS + "Responder", "urn:example:status:account-locked")),
    _status("no-passive", "response-no-passive", "Responder", "NoPassive"),
    _status("no-passive-signed", "response-no-passive", "Responder", "NoPassive", signed="response"),
    _status("authn-failed", "response-authn-failed", "Responder", "AuthnFailed", message="wrong password"),
    _status("request-denied", "response-request-denied", "Responder", "RequestDenied"),
    _status("name-id-policy", "response-name-id-policy-refused", "Requester", "InvalidNameIDPolicy"),
    _status("unknown-principal", "response-unknown-principal", "Responder", "UnknownPrincipal"),
    _status("unsupported", "response-request-unsupported", "Responder", "RequestUnsupported"),
    _status("version", "response-version-mismatch", "VersionMismatch"),
    _status("version-too-high", "response-version-mismatch", "VersionMismatch", "RequestVersionTooHigh"),
    _status("no-context", "authn-context-mismatch", "Responder", "NoAuthnContext"),
    _status("no-context-requester", "authn-context-mismatch", "Requester", "NoAuthnContext", signed="response"),
    sent("status-missing", "no Status", "response-status-missing", status=()),
)  # fmt: skip


def _beside(root: Any) -> Any:
    """A second assertion, signed as well, stands behind the first."""
    other = etree.fromstring(response.written(Draft(assertion_id="_assertion-2"))).find(_ASSERTION)
    root.append(other)
    return root


def _inside(root: Any) -> Any:
    """The only assertion stands inside Extensions, where nobody looks for it."""
    holder = etree.Element(f"{{{SAMLP}}}Extensions")
    one = root.find(_ASSERTION)
    root.insert(1, holder)
    holder.append(one)
    return root


_SAML_1: Final = (
    '<Response xmlns="urn:oasis:names:tc:SAML:1.0:protocol" ResponseID="_r1" MajorVersion="1" MinorVersion="1" '
    'IssueInstant="2026-11-22T08:59:55Z"><Status><StatusCode Value="Success"/></Status></Response>'
)


_STRUCTURE: Final = (
    sent("no-assertion", "Success without an assertion", "response-no-assertion", with_assertion=False,
         signed="response"),
    case("assertions-two", "a second signed assertion", "response-several-assertions",
         lambda: reshaped(response.written(), _beside)),
    # where it belongs there is none
    case("assertion-in-extensions", "the assertion stands inside Extensions", "response-assertion-misplaced",
         lambda: reshaped(response.written(), _inside), "response-no-assertion"),
    sent("version-1-1", "Version 1.1", "saml-version-unsupported", version="1.1"),
    case("saml-1", "a response of SAML 1.1", "saml-version-unsupported", _SAML_1.encode),
    sent("id-missing", "the response has no ID", "message-id-missing", framed=((' ID="_response-1"', ""),)),
    # a signature that refers to an ID which stands there twice cannot be bound to one element
    sent("id-twice", "response and assertion have one ID", "message-id-duplicate", "response-signature-wrapped",
         "response-signature-covers-other", id="_assertion-1"),
    sent("id-twice-unsigned-part", "an AuthnStatement repeats the ID of the response", "message-id-duplicate",
         edited=(("<saml:AuthnStatement ", '<saml:AuthnStatement ID="_response-1" '),)),
)  # fmt: skip

_SUBJECTS: Final = (
    # without a Subject there is neither a NameID nor a confirmation
    sent("subject-missing", "no Subject", "subject-missing", "name-id-missing", "subject-confirmation-missing",
         with_subject=False),
    # where there is no confirmation there is no Recipient
    sent("confirmation-missing", "no SubjectConfirmation", "subject-confirmation-missing", "recipient-missing",
         with_confirmation=False),
    sent("confirmation-holder-of-key", "confirmed by holder of key", "subject-confirmation-not-bearer",
         method="urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"),
    sent("confirmation-sender-vouches", "confirmed by sender vouches", "subject-confirmation-not-bearer",
         method="urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"),
    sent("authn-statement-missing", "no AuthnStatement", "authn-statement-missing", with_authentication=False),
)  # fmt: skip

_NAMED: Final = f'<saml:NameID Format="{EMAIL}">ada@example.com</saml:NameID>'
_BASE: Final = (
    '<saml:BaseID xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:a="urn:a" xsi:type="a:Number" '
    'NameQualifier="https://idp.example.com"/>'
)
_SECRET: Final = (
    '<saml:EncryptedID><xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#">'
    '<xenc:EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#aes128-gcm"/><xenc:CipherData>'
    "<xenc:CipherValue>c2VjcmV0IHNlY3JldCBzZWNyZXQ=</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>"
    "</saml:EncryptedID>"
)
_CLAIMS: Final = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"


def _name_id(name: str, change: str, expected: str | None, *also: str, **changes: Any) -> Case:
    return sent(f"name-id-{name}", change, expected, *also, **changes)


_NAME_IDS: Final = (
    _name_id("missing", "no NameID", "name-id-missing", name_id=None),
    _name_id("missing-both-signed", "no NameID, everything is signed", "name-id-missing", name_id=None,
             signed="both"),
    _name_id("missing-claims", "no NameID, the address is there as a claim", "name-id-missing", name_id=None,
             attributes=(
                 (_CLAIMS + "emailaddress", ("ada@example.com",)), (_CLAIMS + "name", ("ada@example.com",)),
                 (_CLAIMS + "givenname", ("Ada",)), (_CLAIMS + "surname", ("Lovelace",)),
             ), attribute_format=None),
    _name_id("missing-in-products-form", "no NameID, with other prefixes", "name-id-missing", name_id=None,
             prefixes=("saml2p", "saml2")),
    _name_id("base-id", "a BaseID in its place, which nobody reads", "name-id-missing", edited=((_NAMED, _BASE),)),
    case("name-id-missing-in-capture", "no NameID, as recorded", "name-id-missing",
         lambda: flow.har(name_id=None), received_at=None),
    _name_id("empty", "the NameID is empty", "name-id-missing", name_id=""),
    _name_id("blank", "the NameID is a space", "name-id-missing", "name-id-whitespace", name_id=" "),
    _name_id("transient", "a new one at each sign-in", "name-id-transient", name_id_format=TRANSIENT,
             name_id="_x81c0"),
    _name_id("not-email", "called an e-mail address, and none", "name-id-not-email", name_id="ada"),
    _name_id("not-email-domain", "a Windows account called an e-mail address", "name-id-not-email",
             name_id="ACME\\ada"),
    # a comment is no part of an address
    _name_id("commented", "a comment splits the address", "name-id-commented",
             name_id="ada@example.com<!-- -->.evil.example"),
    _name_id("instructed", "a processing instruction splits the address", "name-id-commented",
             name_id="ada@example.com<?x?>.evil.example"),
    _name_id("space-before", "a space before it", "name-id-whitespace", name_id=" ada@example.com"),
    _name_id("line-break-after", "a line break after it", "name-id-whitespace", name_id="ada@example.com\n"),
    _name_id("qualifier", "qualified for another application", "name-id-qualifier-mismatch",
             edited=(("<saml:NameID ", '<saml:NameID SPNameQualifier="https://other.example.com" '),)),
    _name_id("encrypted", "an EncryptedID: what it says cannot be known", "name-id-encrypted",
             edited=((_NAMED, _SECRET),)),
    case("name-id-format-asked", "the request wanted an e-mail address, a persistent one came",
         "name-id-format-wrong",
         lambda: flow.har(name_id="x81c0a7", name_id_format=_PERSISTENT), received_at=None),
    case("name-id-format-wanted", "the application's metadata wants an e-mail address", "name-id-format-wrong",
         lambda: response.written(Draft(name_id="x81c0a7", name_id_format=_PERSISTENT)),
         sp_metadata=lambda: application(name_ids=(EMAIL,))),
)  # fmt: skip


_WELL: Final = Draft().attributes


def _with(**values: tuple[str, ...] | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The usual attributes with other values; None leaves one out."""
    kept = {name: values.get(name, given) for name, given in _WELL}
    return tuple((name, given) for name, given in kept.items() if given is not None)


def _renamed(**names: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((names.get(name, name), given) for name, given in _WELL)


def _attributes(name: str, change: str, expected: str | None, *also: str, **changes: Any) -> Case:
    return sent(f"attribute-{name}", change, expected, *also, **changes)


_WORKOS: Final = {"vendor": "workos"}
_BEGIN: Final = "<saml:AttributeStatement>"
_END: Final = "</saml:AttributeStatement>"
_OLD: Final = "<saml:AttributeValue>ada@old.example.com</saml:AttributeValue>"
_TWICE: Final = (_BEGIN, f'{_BEGIN}<saml:Attribute Name="email">{_OLD}</saml:Attribute>')
_LOCKED: Final = (_END, _SECRET.replace("EncryptedID", "EncryptedAttribute") + _END)

_ATTRIBUTES: Final = (
    # where there are none, each of them is missing
    _attributes("none", "no attributes", "attributes-missing", "attribute-email-missing", "attribute-id-missing",
                "attribute-first-name-missing", "attribute-last-name-missing", attributes=()),
    _attributes("no-email", "no attribute for it, and the vendor reads one", "attribute-email-missing",
                attributes=_with(email=None), options=_WORKOS),
    _attributes("no-email-but-in-name-id", "no attribute for it, the NameID is one", None,
                attributes=_with(email=None)),
    _attributes("no-email-opaque", "no e-mail address at all", "attribute-email-missing",
                attributes=_with(email=None), name_id="u-1", name_id_format=_PERSISTENT),
    _attributes("no-id-but-name-id", "no attribute for the id: the NameID is one", None, attributes=_with(id=None)),
    _attributes("no-first-name", "no first name", "attribute-first-name-missing", attributes=_with(firstName=None)),
    _attributes("no-last-name", "no last name", "attribute-last-name-missing", attributes=_with(lastName=None)),
    _attributes("email-renamed", "the e-mail address under an invented name", "attribute-mapping-wrong",
                attributes=_renamed(email="userEmailAddr"), options=_WORKOS),
    _attributes("email-case", "a capital letter in its name: compared exactly", "attribute-mapping-wrong",
                attributes=_renamed(email="Email"), options=_WORKOS),
    _attributes("names-renamed", "both names under the words of another product", "attribute-mapping-wrong",
                attributes=_renamed(firstName="first_name", lastName="last_name"), options=_WORKOS),
    _attributes("names-of-directory", "the words of a directory; who reads them is not known",
                "attribute-names-foreign",
                attributes=_renamed(email="mail", firstName="givenName", lastName="sn", id="uid")),
    _attributes("empty", "the last name is empty", "attribute-empty", attributes=_with(lastName=("",))),
    _attributes("email-empty", "the e-mail address is empty", "attribute-empty", "attribute-email-missing",
                attributes=_with(email=("",))),
    _attributes("several-emails", "two e-mail addresses", "attribute-multi-valued",
                attributes=_with(email=("ada@example.com", "ada@example.org"))),
    _attributes("email-malformed", "an e-mail address without @", "attribute-email-malformed",
                attributes=_with(email=("ada.example.com",))),
    _attributes("email-of-nobody", "a name in front of the address", "attribute-email-malformed",
                attributes=_with(email=("Ada Lovelace <ada@example.com>",))),
    _attributes("twice", "the same attribute twice", "attribute-duplicate", edited=(_TWICE,)),
    _attributes("encrypted", "one attribute is encrypted", "attributes-encrypted", edited=(_LOCKED,)),
)  # fmt: skip


CASES: Final = _STATUSES + _STRUCTURE + _SUBJECTS + _NAME_IDS + _ATTRIBUTES
