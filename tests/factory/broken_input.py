"""Patients whose bytes never become metadata, or only with good will: HTML, wrong encodings, attacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.factory.application import adfs_clixml, auth0, simplesamlphp, written
from tests.factory.metadata import SAML_2
from tests.factory.patient import Patient, replaced, swapped, well

if TYPE_CHECKING:
    from datetime import datetime

LOGIN_PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Sign in - Acme</title></head>
<body>
<form action="/login" method="post">
<label>Email <input name="username" type="email"></label>
<label>Password <input name="password" type="password"></label>
<button type="submit">Sign in</button>
</form>
</body>
</html>
"""
_NOT_FOUND: Final = "<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>\n"
_XHTML: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><head>'
    "<title>Session expired</title></head><body><p>Please sign in again.</p></body></html>\n"
)
_SETTINGS: Final = '{"entityId": "http://www.okta.com/exk1", "ssoUrl": "https://acme.okta.com/sso"}\n'
_NOTES: Final = """Sign-on URL: https://acme.okta.com/app/acme_doctor_1/exk1/sso/saml
Issuer: http://www.okta.com/exk1
Certificate: attached
"""
_BOMB: Final = (
    '<!DOCTYPE bomb [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>'
)
_EXTERNAL: Final = '<!DOCTYPE md:EntityDescriptor [<!ENTITY file SYSTEM "file:///etc/hostname">]>'
_NAME: Final = "http://www.okta.com/exk1a2b3c4d5E6F7g8h9"


def _truncated(now: datetime) -> bytes:
    data = well(now).data
    return data[: len(data) * 2 // 3]


def _latin_1(now: datetime) -> bytes:
    return well(now).but(organization="Université Exemple").styled(encoding="latin-1").data


def _labelled_utf_16(now: datetime) -> bytes:
    return well(now).styled(declaration='<?xml version="1.0" encoding="utf-16"?>').data


def _utf_16(now: datetime) -> bytes:
    written = well(now).styled(declaration='<?xml version="1.0" encoding="utf-16"?>')
    return written.styled(encoding="utf-16-le", mark=b"\xff\xfe").data


def _with_doctype(now: datetime, doctype: str, entity: str) -> bytes:
    data = replaced(well(now).data, b"?>", b"?>" + doctype.encode())
    return replaced(data, _NAME.encode(), entity.encode())


def _with_bomb(now: datetime) -> bytes:
    return _with_doctype(now, _BOMB, "&d;")


def _with_external_entity(now: datetime) -> bytes:
    return replaced(
        _with_doctype(now, _EXTERNAL, _NAME), b"</md:IDPSSODescriptor>",
        b"</md:IDPSSODescriptor><md:AdditionalMetadataLocation>&file;</md:AdditionalMetadataLocation>",
    )  # fmt: skip


def _too_deep(now: datetime) -> bytes:
    nest = b"<a>" * 6000 + b"</a>" * 6000
    return replaced(well(now).data, b"<md:IDPSSODescriptor", nest + b"<md:IDPSSODescriptor")


def _without_namespace(now: datetime) -> bytes:
    return replaced(well(now, "auth0").data, b' xmlns="urn:oasis:names:tc:SAML:2.0:metadata"', b"")


TOKEN_REQUEST: Final = (
    b"grant_type=authorization_code&client_id=app&client_secret=canary-secret&code=canary-code"
    b"&code_verifier=canary-verifier&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcb"
)


def _half(text: str) -> bytes:
    return text[: len(text) * 3 // 4].encode()


_MD: Final = "urn:oasis:names:tc:SAML:2.0:metadata"

PATIENTS: Final = (
    Patient("input-empty", "no bytes", lambda _: b"", "input-empty"),
    Patient("input-only-white-space", "nothing but line breaks", lambda _: b" \r\n\n\t\n", "input-empty"),
    Patient("xml-truncated", "the last third is missing", _truncated, "metadata-not-xml"),
    Patient("json-settings", "settings in JSON", lambda _: _SETTINGS.encode(), "metadata-not-xml"),
    Patient("plain-text-notes", "the values as a note", lambda _: _NOTES.encode(), "metadata-not-xml"),
    Patient("xml-unbalanced", "an end tag renamed",
            swapped("</md:IDPSSODescriptor>", "</md:IDPSSODescriptors>"), "metadata-not-xml"),
    Patient("html-login-page", "the sign-in page saved", lambda _: LOGIN_PAGE.encode(),
            "metadata-is-html-page"),
    Patient("html-not-found", "an error page saved", lambda _: _NOT_FOUND.encode(), "metadata-is-html-page"),
    Patient("html-as-xml", "a page in XHTML", lambda _: _XHTML.encode(), "metadata-is-html-page"),
    Patient("encoding-labelled-utf-16", "UTF-8 bytes declared as UTF-16", _labelled_utf_16,
            "metadata-encoding-broken"),
    Patient("encoding-latin-1-byte", "one Latin-1 byte in UTF-8", _latin_1, "metadata-encoding-broken"),
    Patient("encoding-utf-16-with-mark", "the file saved as UTF-16", _utf_16, "metadata-byte-order-mark"),
    Patient("blank-line-before-declaration", "a blank line at the top",
            lambda now: b"\n" + well(now).data, "xml-content-before-declaration"),
    Patient("spaces-before-declaration", "the file indented as a whole",
            lambda now: b"    " + well(now).data, "xml-content-before-declaration"),
    Patient("doctype-entity-bomb", "entities that multiply", _with_bomb, "xml-doctype-refused"),
    Patient("doctype-external-entity", "an entity that reads a file", _with_external_entity,
            "xml-doctype-refused"),
    Patient("xml-nested-too-deep", "6,000 nested elements", _too_deep, "xml-too-deep"),
    Patient("namespace-misspelt", "the order of the words in the namespace changed",
            swapped(_MD, "urn:oasis:names:tc:SAML:metadata:2.0"), "metadata-namespace-wrong"),
    Patient("namespace-with-slash", "a slash after the namespace", swapped(_MD, _MD + "/"),
            "metadata-namespace-wrong"),
    Patient("namespace-missing", "the default namespace deleted", _without_namespace,
            "metadata-namespace-wrong"),
    Patient("token-request", "the body of a request for a token", lambda _: TOKEN_REQUEST, "input-is-token-request"),
    Patient("token-request-raw", "the whole request, headers and all",
            lambda _: b"POST /token HTTP/1.1\r\nHost: op.example\r\n\r\n" + TOKEN_REQUEST, "input-is-token-request"),
    Patient("token-request-json", "the request as JSON",
            lambda _: b'{"grant_type": "client_credentials", "client_id": "app", "client_secret": "canary-secret"}',
            "input-is-token-request"),
    Patient("token-request-curl", "the request as a command",
            lambda _: b"curl -X POST https://op.example/token -d '" + TOKEN_REQUEST + b"'", "input-is-token-request"),
    Patient("key-set-text", "a text where the keys belong", lambda _: b'{"keys": "x"}', "jwks-keys-malformed"),
    Patient("key-set-numbers", "numbers where keys belong", lambda _: b'{"keys": [1, 2]}', "jwks-keys-malformed"),
    Patient("export-clixml-cut", "half of an AD FS listing", lambda _: _half(adfs_clixml()), "application-export-cut"),
    Patient("export-php-cut", "half of a PHP file", lambda _: _half(simplesamlphp()), "application-export-cut"),
    Patient("export-json-cut", "half of an Auth0 export, with a certificate in it",
            lambda _: _half(written(auth0()).decode()), "json-not-valid"),
    Patient("namespace-of-protocol", "the namespace of messages",
            swapped(_MD, SAML_2), "metadata-namespace-wrong"),
)  # fmt: skip
