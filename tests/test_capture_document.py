"""Captures as documents: what becomes of them, which parts they have, and what a case keeps of them."""

from __future__ import annotations

import html
import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doctor.model import message
from doctor.model.finding import Place
from doctor.parse import anchor, recorded
from doctor.parse.recognise import recognise
from doctor.sources import exhibit
from tests import evidence
from tests.factory import capture as flows

if TYPE_CHECKING:
    from doctor.model.document import Document

AT: Final = datetime(2026, 11, 22, 9, tzinfo=UTC)
RESPONSE: Final = evidence.response(evidence.ACS)
REQUEST: Final = (
    b'<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_req1" Version="2.0"'
    b' IssueInstant="2026-11-22T09:00:00Z"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">'
    b"https://sp.example.com</saml:Issuer></samlp:AuthnRequest>"
)
SAML: Final = flows.saml(REQUEST, RESPONSE, AT)
FLOWS: Final = {"saml": SAML, "oauth": flows.oauth(AT), "scim": flows.scim(AT), "all": [*SAML, *flows.oauth(AT)]}
BASE64: Final = flows.posted(RESPONSE)
QUOTED: Final = quote(BASE64, safe="")
ASSERTION: Final = RESPONSE[RESPONSE.index(b"<saml:Assertion") : RESPONSE.index(b"</samlp:Response")]
WRESULT: Final = (
    '<t:RequestSecurityTokenResponse xmlns:t="http://schemas.xmlsoap.org/ws/2005/02/trust"><t:RequestedSecurityToken>'
    + ASSERTION.decode().replace(
        "<saml:Assertion",
        '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"',
        "xmlns:saml" not in ASSERTION.decode().partition(">")[0],
    )
    + "</t:RequestedSecurityToken></t:RequestSecurityTokenResponse>"
)
SOAP: Final = (
    f'<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Header><t>{flows.canary("header")}</t>'
    f"</S:Header><S:Body>{RESPONSE.decode()}</S:Body></S:Envelope>"
)


def read(data: bytes | str, name: str = "login.har") -> Document:
    return recognise(data.encode() if isinstance(data, str) else data, name)


def kept(document: Document) -> Document:
    """The document as a case gives it back."""
    return recognise(exhibit.of_document(document).data, document.name)


def plain(document: Document) -> Document:
    """Without what tells of the bytes as they were given, and of a person's words around them."""
    details = {name: value for name, value in document.details.items() if name != "around"}
    parts = tuple(plain(part) for part in document.parts)
    return document._replace(sha256=None, input=document.input._replace(form="", size=0), element=None,
                             details=details, parts=parts)  # fmt: skip


# -- recordings


@pytest.mark.parametrize("form", flows.FORMS)
def test_a_recording_has_its_messages_as_parts(form: str) -> None:
    document = read(flows.FORMS[form](SAML))
    assert document.kind == "capture"
    request, response = document.parts
    assert (request.kind, request.name, request.source) == ("saml-request", "login.har#1", REQUEST)
    assert (response.kind, response.name, response.source) == ("saml-response", "login.har#2", RESPONSE)
    assert isinstance(request.message, message.AuthnRequest)
    assert isinstance(response.message, message.Response)
    assert response.message.in_response_to == request.message.id
    wanted = {"exchange": 1, "binding": "post", "relay_state": True, "exact": True, "carrier": "request",
              "posted_to": flows.ACS}  # fmt: skip
    assert wanted.items() <= response.details.items()
    assert request.details["posted_to"] == flows.SSO


def test_a_har_tells_when_a_message_was_received() -> None:
    request, response = read(flows.har(SAML)).parts
    assert (request.received_at, response.received_at) == (SAML[1].at, SAML[5].at)


def test_a_tracer_export_tells_it_by_the_clock_of_the_server() -> None:
    response = read(flows.tracer(SAML)).parts[1]
    assert response.received_at
    assert (response.received_at - SAML[5].at).total_seconds() == 1


def test_commands_tell_no_times() -> None:
    assert [part.received_at for part in read(flows.curl(SAML)).parts] == [None, None]


def test_a_form_that_was_never_sent_was_not_received() -> None:
    page = flows.Step("GET", f"{flows.IDP}/continue", AT, answer=flows.form_page(RESPONSE).decode())
    (part,) = read(flows.har([page])).parts
    assert (part.received_at, part.details["carrier"], part.details["posted_to"]) == (None, "page", flows.ACS)


@pytest.mark.parametrize(
    "data", ['{"log":{"version":"1.2","entries":[]}}', '{"requests":[],"timestamp":"2026-11-22T09:00:00Z"}']
)
def test_an_empty_recording_is_one(data: str) -> None:
    document = read(data)
    assert (document.kind, document.parts, document.details["exchanges"]) == ("capture", (), 0)


def test_a_message_that_is_no_xml_in_the_end_is_a_part_with_a_problem() -> None:
    broken = SAML[5]._replace(form=(("SAMLResponse", flows.posted(RESPONSE[:-20])),))
    (part,) = read(flows.har([broken])).parts
    assert (part.kind, part.input.problem) == ("unknown", "not-well-formed")


def test_a_signed_redirect_keeps_what_verifies_it() -> None:
    url = flows.redirect_url(REQUEST) + "&SigAlg=http%3A%2F%2Fwww.w3.org%2F2001%2F04%2Fxmldsig-more%23rsa-sha256"
    document = read(f"{url}&Signature={quote(flows.posted(b'signature'), safe='')}")
    assert document.kind == "saml-request"
    signed: Any = document.details["redirect_signature"]
    assert (signed.signature, signed.hash) == (b"signature", "sha256")
    assert document.details["posted_to"] == flows.SSO
    assert kept(document).details["redirect_signature"] == signed


# -- one message, and nothing else

ONE: Final = {
    "bare": BASE64,
    "wrapped": "\n".join(BASE64[at : at + 76] for at in range(0, len(BASE64), 76)),
    "deflated": flows.deflated(RESPONSE),
    "url": flows.redirect_url(RESPONSE, "SAMLResponse", flows.ACS),
    "form": flows.form_page(RESPONSE).decode(),
    "body": f"SAMLResponse={QUOTED}&RelayState={flows.canary('relay')}",
    "noise": f"here is the response: {BASE64} thanks",
    "words": f"here is the response {BASE64} thanks",
    "mail": f"Hi,\nit says: audience is invalid.\n\n> {BASE64}\n\nSee https://acme.example/help?page=1\n",
    "log": f"2026-11-22 09:00:01 DEBUG got {RESPONSE.decode()} from idp",
    "json log": "2026-11-22 09:00:01 DEBUG " + json.dumps({"xml": RESPONSE.decode()}),
    "html log": "2026-11-22 09:00:01 DEBUG " + html.escape(RESPONSE.decode()),
}  # fmt: skip
CARRIED: Final = {"url": "URL", "form": "HTML form", "body": "form body"}


@pytest.mark.parametrize("way", ONE)
def test_one_message_is_the_message(way: str) -> None:
    document = read(ONE[way], "x.txt")
    assert (document.kind, document.name, document.received_at, document.parts) == ("saml-response", "x.txt", None, ())
    assert document.source == RESPONSE
    assert document.details.get("carried_by") == CARRIED.get(way)
    raw = way.endswith("log")
    packed = "deflate+base64" if way in ("deflated", "url") else "base64"
    assert (document.details.get("encoded"), document.details.get("exact", True)) == (None if raw else packed, not raw)


@pytest.mark.parametrize("way", ONE)
def test_a_case_gives_the_same_message_back(way: str) -> None:
    document = read(ONE[way])
    assert plain(kept(document)) == plain(document)
    assert flows.CANARY not in repr(kept(document))


def test_words_around_a_message_stay_without_secrets() -> None:
    assert recorded.words(read(ONE["mail"]))[0].startswith("Hi,\nit says: audience is invalid.")
    assert recorded.words(read(f"password: {flows.canary('password')} for {BASE64}")) == (
        "password: [removed] for [saml message]",
    )
    assert recorded.words(read(ONE["url"])) == recorded.words(read(ONE["bare"])) == ()


def test_two_messages_in_a_text_are_a_capture() -> None:
    document = read(f"sent {flows.posted(REQUEST)}\ngot {BASE64}\n")
    assert [part.kind for part in document.parts] == ["saml-request", "saml-response"]
    assert plain(kept(document)) == plain(document)


def test_an_unreadable_address_beside_a_message_harms_nothing() -> None:
    assert read(f"https://idp.example/saml2?SAMLRequest=abc\nSAMLResponse={BASE64}").kind == "saml-response"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ("https://sp.example.com/callback?error=access_denied&state=x", "callback"),
        ("https://sp.example.com/callback?code=abc123456&state=x", "callback"),
        ("I was sent to https://sp.example.com/callback?error=access_denied&state=x and it failed", "unknown"),
        ("curl https://sp.example.com/scim/v2/Users -H 'Authorization: Bearer x' gives 401", "unknown"),
        ("2026-11-22 ERROR Audience is invalid in SAMLResponse", "unknown"),
        ('{"entries": [1, 2]}', "unknown"), ('{"requests": {"a": 1}}', "unknown"),
        ("<html><form><input name=SAMLResponse value=''></form></html>", "html"),
    ],
)  # fmt: skip
def test_what_tells_less_stays_what_it_was(data: str, kind: str) -> None:
    assert read(data).kind == kind


# -- other bindings


def test_fetch_calls_are_read() -> None:
    options = {"headers": {"cookie": flows.canary("cookie")}, "body": f"SAMLResponse={QUOTED}", "method": "POST"}
    document = read(
        f"await fetch({json.dumps(flows.ACS)}, {json.dumps(options, indent=2)});\nfetch('https://x.example/');"
    )
    (part,) = document.parts
    assert (part.source, part.details["posted_to"]) == (RESPONSE, flows.ACS)
    assert flows.CANARY not in repr(document)


@pytest.mark.parametrize("side", ["request", "answer"])
def test_soap_exchanges_are_read_without_their_headers(side: str) -> None:
    step = flows.Step("POST", f"{flows.IDP}/artifact", AT, body_type="text/xml", answer_type="text/xml")
    step = step._replace(body=SOAP) if side == "request" else step._replace(body="<x/>", answer=SOAP)
    document = read(flows.har([step]))
    (part,) = document.parts
    assert isinstance(part.message, message.Response)
    assert (part.details["binding"], part.details["carrier"]) == ("soap", side)
    assert flows.CANARY not in repr(document)
    assert plain(kept(document)) == plain(document)


def test_an_artifact_response_in_soap_is_its_response() -> None:
    inner = RESPONSE.decode()
    begin = '<samlp:ArtifactResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_a">'
    document = read(SOAP.replace(inner, f"{begin}{inner}</samlp:ArtifactResponse>"))
    assert isinstance(document.message, message.Response)
    assert (document.kind, document.details["enveloped"]) == ("saml-response", "SOAP")


@pytest.mark.parametrize(
    "data",
    [
        f"wa=wsignin1.0&wresult={quote(WRESULT)}&wctx={flows.canary('wctx')}",
        f'<html><form action="{flows.SP}"><input name="wresult" value="{html.escape(WRESULT)}"></form></html>',
        flows.har([flows.Step("POST", flows.SP, AT, (("wa", "wsignin1.0"), ("wresult", WRESULT)))]),
    ],
)
def test_ws_federation_is_named(data: bytes | str) -> None:
    document = read(data)
    part = document.parts[0] if document.parts else document
    assert isinstance(part.message, message.Assertion)
    assert (part.kind, part.details["enveloped"]) == ("saml-assertion", "WS-Federation")
    assert flows.CANARY not in repr(document)
    assert plain(kept(document)) == plain(document)


def test_a_proof_key_is_not_kept() -> None:
    secret = WRESULT.replace("<t:Requested", f"<t:BinarySecret>{flows.canary('key')}</t:BinarySecret><t:Requested", 1)
    document = read(flows.har([flows.Step("POST", flows.SP, AT, (("wresult", secret),))]))
    assert (document.parts, document.details["notes"]) == ((), ["message-removed"])
    assert flows.CANARY not in repr(document)


# -- privacy and cases


@pytest.mark.parametrize("form", flows.FORMS)
@pytest.mark.parametrize("flow", FLOWS)
def test_no_secret_reaches_a_document(form: str, flow: str) -> None:
    document = read(flows.FORMS[form](FLOWS[flow]))
    if document.kind != "capture":
        assert (form in ("curl", "curl-cmd", "powershell"), flow == "saml") == (True, False)
        return
    shown = [repr(document), repr(recorded.words(document)), (document.source or b"").decode()]
    shown += [exhibit.of_document(document).data.decode(), *(repr(part.source) for part in document.parts)]
    for text in shown:
        assert flows.CANARY not in text.lower()


@pytest.mark.parametrize("form", flows.FORMS)
@pytest.mark.parametrize("flow", FLOWS)
def test_a_case_gives_the_same_recording_back(form: str, flow: str) -> None:
    document = read(flows.FORMS[form](FLOWS[flow]))
    if document.kind == "capture":
        assert plain(kept(document)) == plain(document)
        assert exhibit.of_document(kept(document)).data == exhibit.of_document(document).data


def test_the_largest_capture_fits_into_a_case() -> None:
    big = RESPONSE.replace(b"</samlp:Response>", b"<!--" + b"x" * 3_000_000 + b"--></samlp:Response>")
    document = read(flows.har([SAML[5]._replace(form=(("SAMLResponse", flows.posted(big)),))] * 6))
    assert len(document.source or b"") < exhibit.MAX_KEPT
    assert kept(document).capture == document.capture
    assert document.details["notes"] == ["message-too-large"]


def test_what_pages_said_is_told() -> None:
    assert any("audience is invalid" in text for text in recorded.words(read(flows.har(SAML))))
    assert any("redirect_uri_mismatch" in text for text in recorded.words(read(flows.har(FLOWS["oauth"]))))


# -- places


def test_messages_have_columns_wherever_they_stand() -> None:
    for data in (RESPONSE, SOAP.encode(), ONE["form"].encode()):
        document = read(data)
        assert document.source
        assert isinstance(document.message, message.Response)
        place = anchor.located(document.source, document.message.assertions[0].place)
        assert place.line
        assert place.column
        line = document.source.decode().split("\n")[place.line - 1]
        assert line[place.column - 1 :].startswith("<saml:Assertion")


# -- size


MEASURE: Final = """
import re, sys, time
from doctor.sources import reader
begin = time.process_time()
document = reader.of_bytes(open(sys.argv[1], "rb").read(), "x")
print(document.kind, len(document.parts), time.process_time() - begin)
print(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1])
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="measures memory as Linux tells it")
@pytest.mark.parametrize("content", ["pages", "entries"])
def test_fifty_megabytes_cost_seconds_and_little_memory(content: str, tmp_path: Path) -> None:
    page = flows.Step("GET", f"{flows.SP}/page", AT, answer='<p class="a">x\\é</p>\n' * 5_000)
    tiny = b'{"request":{"method":"GET","url":"https://cdn.example/i.png"},"response":{"status":200}},'
    begin = b'{"log":{"entries":['
    body = flows.har([page] * 400).partition(b'"entries": [')[2][:-3] + b"," if content == "pages" else tiny * 100_000
    path = tmp_path / "big.har"
    path.write_bytes(begin + body + flows.har(SAML).partition(b'"entries": [')[2])
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True, timeout=120
    )
    kind, parts, seconds, kilobytes = done.stdout.split()
    assert (kind, parts) == ("capture", "2")
    assert float(seconds) < 20  # about half a second on an idle machine; never a quadratic surprise
    assert int(kilobytes) < 200_000


def test_pathological_texts_end_soon() -> None:
    begin = time.process_time()
    for piece in (b"log &lt;Response ", b"<samlp:Response ", b"curl 'a' ", b'fetch("a", {', b"GET / HTTP/1.1\n",
                  b"SAMLResponse=", b"PHNhbWxwOlJlc3BvbnNl", b"https://a.example/?a=b ", b"wresult=<a>&",
                  b"<input name=SAMLResponse "):  # fmt: skip
        read(b"x " + piece * (2_000_000 // len(piece)))
    assert time.process_time() - begin < 60


PROFILE: Final = settings(derandomize=True, database=None, deadline=None, max_examples=200,
                          suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])  # fmt: skip
TEXTS: Final = {**{way: text.encode() for way, text in ONE.items()}, "har": flows.har(SAML), "http": flows.http(SAML)}


@given(st.integers(0, 2**32), st.sampled_from(sorted(TEXTS)), st.binary(max_size=12), st.integers(0, 200))
@PROFILE
def test_whatever_the_bytes_a_case_gives_them_back(at: int, way: str, put: bytes, cut: int) -> None:
    data = TEXTS[way]
    at %= len(data)
    document = read(data[:at] + put + data[at + cut :])
    recorded.words(document)
    if document.capture:
        assert plain(kept(document)) == plain(document)


CORPUS: Final = Path(__file__).parents[2] / "shared" / "corpus"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of public files is not here")
def test_both_parsers_number_the_same_elements_of_public_messages() -> None:
    counted = 0
    for path in sorted((CORPUS / "responses").iterdir()):
        document = recognise(path.read_bytes(), path.name)
        if document.element is None or document.source is None or document.input.encoding_problem:
            continue
        numbers = anchor.numbered(document.element)
        places = [anchor.located(document.source, Place(1, None, number)) for number in numbers.values()]
        assert [place.line for place in places][:1] != [None]
        assert len(anchor._positions(document.source)) == len(numbers), path.name
        counted += 1
    assert counted > 500
