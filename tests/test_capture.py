"""Captures: whole flows in every form become one timeline, and no secret of theirs survives."""

from __future__ import annotations

import base64
import hashlib
import json
import time
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doctor.model.error import DoctorError
from doctor.parse import capture, strip
from tests.factory import capture as flows

if TYPE_CHECKING:
    from doctor.model.capture import Capture, Exchange

AT: Final = datetime(2026, 11, 22, 9, tzinfo=UTC)
CORPUS: Final = Path(__file__).parents[2] / "shared" / "corpus"
REQUEST: Final = b'<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1"/>'
RESPONSE: Final = (
    b'<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_2">\r\n'
    + "<a>Zoë é + / =</a> \r\n".encode() * 40
    + b"</samlp:Response>"
)
SAML: Final = flows.saml(REQUEST, RESPONSE, AT)
FLOWS: Final = {"saml": SAML, "oauth": flows.oauth(AT), "scim": flows.scim(AT)}
FULL: Final = ("har", "http")
PROFILE: Final = settings(derandomize=True, database=None, deadline=None, max_examples=150,
                          suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])  # fmt: skip


def found(data: bytes) -> Capture:
    result = capture.read(data)
    assert result is not None
    return result


def kinds(result: Capture) -> list[str]:
    return [one.kind for one in result.exchanges]


def only(data: bytes) -> Exchange:
    (one,) = found(data).exchanges
    return one


def xml(one: Exchange) -> bytes:
    assert one.message is not None
    return one.message.xml


def with_entries(*entries: dict[str, Any]) -> bytes:
    return json.dumps({"log": {"version": "1.2", "entries": list(entries)}}).encode()


def post_entry(**post: Any) -> dict[str, Any]:
    entry = flows.har_entry(SAML[5])
    entry["request"]["postData"] = post
    return entry


@pytest.mark.parametrize("form", flows.FORMS)
@pytest.mark.parametrize("flow", FLOWS)
def test_no_secret_survives(form: str, flow: str) -> None:
    result = found(flows.FORMS[form](FLOWS[flow]))
    assert result.exchanges
    for text in (repr(result), capture.stripped(result).decode()):
        assert flows.CANARY not in text.lower()
        assert base64.b64encode(flows.CANARY.encode())[:7].decode() not in text


@pytest.mark.parametrize("form", flows.FORMS)
@pytest.mark.parametrize("flow", FLOWS)
def test_what_is_stored_reads_back_the_same(form: str, flow: str) -> None:
    result = found(flows.FORMS[form](FLOWS[flow]))
    data = capture.stripped(result)
    assert capture.read(data) == result
    assert capture.stripped(found(data)) == data


@pytest.mark.parametrize("form", flows.FORMS)
def test_messages_are_kept_bit_for_bit(form: str) -> None:
    result = found(flows.FORMS[form](SAML))
    messages = [one for one in result.exchanges if one.message]
    assert [xml(one) for one in messages] == [REQUEST, RESPONSE]
    assert [one.message.binding for one in messages if one.message] == ["redirect", "post"]
    assert all(one.message and one.message.relay_state and one.message.exact for one in messages)
    assert messages[1].url == flows.ACS


def test_a_timeline_shows_request_response_and_answer() -> None:
    result = found(flows.har(SAML))
    assert kinds(result) == ["saml-request", "saml-response", "sp-answer"]
    assert result.dropped == len(SAML) - 3
    answer = result.exchanges[-1]
    assert answer.status == 400
    assert answer.page
    assert answer.page.title == "Sign-in failed"
    assert "audience is invalid" in answer.page.text
    assert result.exchanges[1].sent == SAML[5].at
    assert result.exchanges[1].answered == result.exchanges[1].date == SAML[5].at + timedelta(seconds=1)


def test_entries_out_of_order_are_ordered_by_time() -> None:
    assert found(flows.har(SAML[::-1])).exchanges == found(flows.har(SAML)).exchanges


def test_a_page_of_a_logged_in_person_keeps_its_title_only() -> None:
    steps = flows.saml(REQUEST, RESPONSE, AT, "<title>Home</title><p>Ada's salary: 100</p>", 200)
    page = found(flows.har(steps)).exchanges[-1].page
    assert page
    assert (page.title, page.text) == ("Home", "")


def test_an_error_page_of_the_identity_provider_is_kept() -> None:
    failed = flows.Step("GET", SAML[2].url, SAML[2].at, status=400, answer="<title>Oops</title>AADSTS50011: reply URL")
    result = found(flows.har([SAML[1], failed]))
    assert kinds(result) == ["saml-request", "error-page"]
    assert result.exchanges[1].page
    assert "AADSTS50011" in result.exchanges[1].page.text


def test_oauth_errors_are_told() -> None:
    result = found(flows.har(FLOWS["oauth"]))
    assert kinds(result) == ["oauth-authorize", "oauth-callback", "oauth-callback", "oauth-token"]
    asked, failed, done, token = (one.oauth for one in result.exchanges)
    assert asked
    assert failed
    assert done
    assert token
    assert (asked.client_id, asked.response_type, asked.state) == ("client_123", "code", True)
    assert asked.redirect_uri == f"{flows.SP}/callback?[removed]"
    assert "code_challenge" in asked.given
    assert failed.error == "redirect_uri_mismatch"
    assert failed.error_description == "not registered, code=[removed]"
    assert "code" in done.given
    assert (token.error, token.grant_type) == ("invalid_grant", "authorization_code")


def test_scim_is_summarised_without_values() -> None:
    search, patch = (one.scim for one in found(flows.har(FLOWS["scim"])).exchanges)
    assert search
    assert patch
    assert (search.resource, search.filter, search.total) == ("Users", "userName eq", 0)
    assert patch.operations == ("replace active", "add emails")
    assert (patch.one, patch.scim_type) == (True, "invalidPath")


def test_login_posts_are_dropped() -> None:
    assert not found(flows.har([SAML[3]])).exchanges


@pytest.mark.parametrize(
    "post",
    [
        {"text": f"SAMLResponse={flows.posted(RESPONSE).replace('+', '%2B')}"},
        {"text": f"SAMLResponse={flows.posted(RESPONSE)}&RelayState="},
        {"params": [{"name": "SAMLResponse", "value": flows.posted(RESPONSE)}]},
        {"params": [{"name": "SAMLResponse", "value": flows.posted(RESPONSE).replace("+", "%2B").replace("=", "%3D")}]},
        {"params": [{"name": "SAMLResponse", "value": base64.encodebytes(RESPONSE).decode().replace("\n", "\r\n")}]},
        {"text": base64.b64encode(f"SAMLResponse={flows.posted(RESPONSE).replace('+', '%2B')}".encode()).decode(),
         "encoding": "base64"},
        {"text": '------x\r\nContent-Disposition: form-data; name="SAMLResponse"\r\n\r\n'
                 f"{flows.posted(RESPONSE)}\r\n------x--\r\n"},
    ],
)  # fmt: skip
def test_every_way_to_record_a_post(post: dict[str, Any]) -> None:
    assert xml(only(with_entries(post_entry(**post)))) == RESPONSE


def test_a_form_whose_sending_was_not_recorded_counts_and_only_then() -> None:
    page = flows.Step("GET", f"{flows.IDP}/continue", AT, answer=flows.form_page(RESPONSE).decode())
    alone = only(flows.har([page]))
    assert (alone.location, xml(alone)) == (flows.ACS, RESPONSE)
    assert alone.message
    assert alone.message.carrier == "page"
    assert kinds(found(flows.har([page, SAML[5]]))) == ["saml-response"]


@pytest.mark.parametrize("value", ["[SAMLResponse redacted]", "{hash:abc}", "***", "REDACTED"])
def test_a_sanitised_message_is_said_to_be_removed(value: str) -> None:
    result = found(with_entries(post_entry(params=[{"name": "SAMLResponse", "value": value}])))
    assert result.notes == ("message-removed",)
    assert xml(result.exchanges[0]) == b""


def test_a_masked_tracer_export_keeps_the_text_it_decoded() -> None:
    data = json.loads(flows.tracer([SAML[5]]))
    data["requests"][0] |= {"post": [["SAMLResponse", "{obf:alternative_1}"]], "saml": RESPONSE.decode()}
    one = only(json.dumps(data).encode())
    assert xml(one) == RESPONSE
    assert one.message
    assert not one.message.exact


def test_an_artifact_is_seen_and_not_kept() -> None:
    one = only(f"{flows.ACS}?SAMLart={flows.canary('art')}&RelayState=x".encode())
    assert one.message
    assert (one.message.binding, one.message.xml) == ("artifact", b"")


def test_the_signature_of_a_redirect_is_kept_with_a_digest_of_what_it_covers() -> None:
    algorithm = quote("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", safe="")
    octets = f"SAMLRequest={quote(flows.deflated(REQUEST), safe='')}&RelayState=secret%20x&SigAlg={algorithm}"
    one = only(f"{flows.SSO}?{octets}&Signature={quote(flows.posted(b'signature'))}".encode())
    assert one.message
    signed = one.message.signature
    assert signed
    assert (signed.signature, signed.hash) == (b"signature", "sha256")
    assert signed.digest == hashlib.sha256(octets.encode()).digest()


@pytest.mark.parametrize(
    "noisy",
    [
        "Hi, here it is:\n\n{0}\n\nRegards\nAda",
        "SAMLResponse: {0}",
        "> {0}\n> thanks",
        '{{"note": 1}} SAMLResponse="{0}"',
        "2026-11-22 ERROR SAMLResponse={0} rejected",
        "encoded twice: {1} !",
        "<p>text</p>{0}",
    ],
)
def test_a_blob_in_noise_is_found(noisy: str) -> None:
    if noisy.startswith("<"):
        assert (
            capture.read(noisy.format(flows.posted(RESPONSE), quote(flows.posted(RESPONSE), safe="")).encode()) is None
        )
    elif not noisy.startswith("{"):
        assert (
            xml(only(noisy.format(flows.posted(RESPONSE), quote(flows.posted(RESPONSE), safe="")).encode())) == RESPONSE
        )


@pytest.mark.parametrize("width", [64, 76])
def test_a_wrapped_blob_is_found(width: int) -> None:
    text = flows.posted(RESPONSE)
    lines = "\r\n".join(text[at : at + width] for at in range(0, len(text), width))
    assert xml(only(f"see below\n{lines}\nRegards\n".encode())) == RESPONSE


def test_a_verbose_curl_session_gives_the_command_its_body() -> None:
    text = f"curl -v '{flows.ACS}' -d 'SAMLResponse={quote(flows.posted(RESPONSE), safe='')}'\n"
    text += "> POST /sso/saml/acs/conn_01 HTTP/1.1\n> Host: sp.example.com\n>\n< HTTP/1.1 400 Bad\n< Date: x\n<\n"
    assert xml(only(text.encode())) == RESPONSE


def test_urls_forms_and_bodies_are_found() -> None:
    assert xml(only(f"It went to {flows.redirect_url(REQUEST)} and failed".encode())) == REQUEST
    page = found(flows.form_page(RESPONSE))
    assert (page.source, page.exchanges[0].url, xml(page.exchanges[0])) == ("form", flows.ACS, RESPONSE)
    body = found(f"SAMLResponse={quote(flows.posted(RESPONSE))}&RelayState=x".encode())
    assert (body.source, xml(body.exchanges[0])) == ("form", RESPONSE)


@pytest.mark.parametrize(
    "data",
    [b"", b" \n", b"{}", b"[]", b"hello", b"<a/>", REQUEST, b'{"keys": []}', b'{"requests": [], "other": 1}',
     b"\xff\xfe", b"MIIC" * 100, b"curl", b"curl 'x", b"\x00" * 99],
)  # fmt: skip
def test_what_is_no_capture_is_none(data: bytes) -> None:
    assert capture.read(data) is None


def test_utf_16_and_a_byte_order_mark_are_read() -> None:
    text = flows.har(SAML).decode()
    plain = found(text.encode())
    assert capture.read(text.encode("utf-16")) == plain
    assert capture.read(text.encode("utf-8-sig")) == plain


def test_texts_beyond_ascii_are_read() -> None:
    step = SAML[6]._replace(answer="<title>Erreur d'accès 🔒</title>", status=403)
    raw = json.dumps(json.loads(flows.har([SAML[5], step])), ensure_ascii=False).encode()
    page = found(raw).exchanges[-1].page
    assert page
    assert page.title == "Erreur d'accès 🔒"


@pytest.mark.parametrize("wrong", ["yesterday", "2026-11-22T09:00:00", 5, None, "9999-99-99T00:00:00Z",
                                   "0001-01-01T00:00:00+14:00"])  # fmt: skip
def test_wrong_times_are_absent(wrong: object) -> None:
    result = found(with_entries(flows.har_entry(SAML[5]) | {"startedDateTime": wrong}))
    assert result.exchanges[0].sent is None
    assert result.notes == ("time-unreadable",)


@pytest.mark.parametrize("name", ["request", "response", "startedDateTime", "time"])
@pytest.mark.parametrize("value", [None, [], {}, "x", -1, 1e308])
def test_missing_and_wrong_fields_harm_nothing(name: str, value: object) -> None:
    assert found(with_entries(flows.har_entry(SAML[5]) | {name: value}))


def test_a_file_cut_short_gives_what_it_has() -> None:
    data = flows.har(SAML)
    result = found(data[: len(data) - 3000])
    assert "cut-short" in result.notes
    assert result.exchanges


def test_nesting_is_refused() -> None:
    deep = b'{"log":{"entries":[' + b'{"a":' * 100_000
    assert found(deep).notes[0] in ("entry-unreadable", "cut-short")
    assert capture.read(b"[" * 100_000) is None


def test_bombs_are_bounded() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = quote(base64.b64encode(packer.compress(b"<" + b"a" * 50_000_000) + packer.flush()).decode(), safe="")
    step = SAML[1]._replace(url=f"{flows.SSO}?SAMLRequest={bomb}")
    start = time.process_time()
    result = found(flows.har([step] * 300))
    assert time.process_time() - start < 10
    assert result.notes == ("message-too-large",)
    assert not any(map(xml, result.exchanges))


def test_numbers_are_bounded() -> None:
    many = found(flows.har([SAML[1]] * 20_001))
    assert many.notes == ("too-many-exchanges",)
    assert len(many.exchanges) == capture.MAX_KEPT
    endless = found(b'{"log":{"entries":[' + b"{}," * 150_001 + b"{}]}}")
    assert "too-many-entries" in endless.notes


def test_a_chatty_page_does_not_hide_the_login() -> None:
    chatter = flows.oauth(AT)[2]
    result = found(flows.har([chatter] * 2_000 + SAML))
    assert kinds(result)[-3:] == ["saml-request", "saml-response", "sp-answer"]
    assert "too-many-exchanges" in result.notes


def test_a_login_at_the_end_of_a_hundred_thousand_requests_is_found() -> None:
    tiny = b'{"request":{"method":"GET","url":"https://cdn.example/i.png"},"response":{"status":200}},'
    data = b'{"log":{"entries":[' + tiny * 100_000 + flows.har(SAML).partition(b'"entries": [')[2]
    assert kinds(found(data)) == ["saml-request", "saml-response", "sp-answer"]


def test_a_large_file_costs_no_more_than_itself_again() -> None:
    filler = SAML[2]._replace(url=f"{flows.SP}/page", answer='<p>x\\n"é</p>' * 100_000)
    data = flows.har([*SAML, *[filler] * 6])
    tracemalloc.start()
    result = found(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert kinds(result)[:2] == ["saml-request", "saml-response"]
    assert peak < 3 * len(data)


@given(st.integers(0, 2**32), st.sampled_from(sorted(flows.FORMS)), st.sampled_from(sorted(FLOWS)),
       st.binary(max_size=12), st.integers(0, 200))  # fmt: skip
@PROFILE
def test_mutated_captures_raise_nothing_but_our_errors(at: int, form: str, flow: str, put: bytes, cut: int) -> None:
    data = flows.FORMS[form](FLOWS[flow])
    at %= len(data)
    try:
        result = capture.read(data[:at] + put + data[at + cut :])
    except DoctorError:
        return
    if result is not None:
        assert capture.read(capture.stripped(result)) == result


@given(st.text(max_size=80), st.booleans())
@PROFILE
def test_stripping_twice_is_stripping_once(text: str, opaque: bool) -> None:
    once = strip.url(f"https://sp.example/{text}", opaque=opaque)
    assert strip.url(once, opaque=opaque) == once
    said = strip.text(text)
    assert strip.text(said) == said


LEAF: Final = st.none() | st.booleans() | st.integers() | st.text(max_size=9)


@given(st.recursive(LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner)))
@PROFILE
def test_a_hostile_stored_capture_is_stripped_again(value: Any) -> None:
    stored = json.loads(capture.stripped(found(flows.har(SAML))))
    for name in stored["exchanges"][1]:
        changed = stored["exchanges"][1] | {name: value}
        capture.read(json.dumps(stored | {"exchanges": [changed]}, separators=(",", ":")).encode())
    leaking = stored["exchanges"][0] | {"url": SAML[1].url, "location": SAML[6].url, "cookie": flows.canary("c")}
    result = capture.read(json.dumps(stored | {"exchanges": [leaking]}, separators=(",", ":")).encode())
    assert flows.CANARY not in repr(result)


def corpus(*wanted: str) -> list[Path]:
    lines = (CORPUS / "manifest.jsonl").read_text(encoding="utf-8").splitlines() if CORPUS.is_dir() else []
    named = [CORPUS / one["file"] for one in map(json.loads, lines) if one["kind"] in wanted]
    return [path for path in named if path.is_file()]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of public files is not here")
def test_public_redirects_and_forms_are_read() -> None:
    redirects = [capture.read(path.read_bytes()) for path in corpus("redirect-url")]
    assert redirects
    assert all(one and one.exchanges[0].message for one in redirects)
    for path in corpus("html-post-form", "scim", "html-not-xml", "jwks"):
        capture.read(path.read_bytes())


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of public files is not here")
def test_public_responses_in_base64_are_read() -> None:
    paths = [path for path in corpus("response") if path.suffix == ".b64"]
    unread = [path.name for path in paths if capture.read(path.read_bytes()) is None]
    assert paths
    assert len(unread) <= len(paths) // 50, unread
