"""Webhooks checked, events explained: signature and time apart, why one fails, what many events tell together."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor.engine import webhook
from doctor.engine.webhook import Checked, Delivery
from doctor.facts import story as stories
from doctor.parse import event as parse
from doctor.parse.recognise import recognise
from tests.evidence import diagnosed, put, ran, verdict_of, workos
from tests.vendor_server import failed

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1795338000.0  # 2026-11-22T09:00:00Z
WORKOS_SECRET = b"canaryWebhookSecret0123456789"
RAW = b"0123456789abcdef0123456789"
SCALEKIT_SECRET = b"whsec_" + base64.b64encode(RAW)
BODY = b'{"id":"event_1","event":"connection.activated","data":{"name":"Acme & \xc3\xa9","url":"https://a/b"},"created_at":"x"}'


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCTOR_HOME", str(tmp_path / "home"))


def mac(key: bytes, text: bytes) -> bytes:
    return hmac.new(key, text, hashlib.sha256).digest()


def signed(
    body: bytes = BODY, at: float = NOW, key: bytes = WORKOS_SECRET, stamp: str | None = None, blank: str = " "
) -> dict[str, str]:
    """The headers of WorkOS."""
    stamp = stamp or str(int(at * 1000))
    return {"workos-signature": f"t={stamp},{blank}v1={mac(key, stamp.encode() + b'.' + body).hex()}"}


def svix(body: bytes = BODY, at: float = NOW, key: bytes = RAW, stamp: str | None = None) -> dict[str, str]:
    """The headers of Scalekit."""
    stamp = stamp or str(int(at))
    made = base64.b64encode(mac(key, f"msg_1.{stamp}.".encode() + body)).decode()
    return {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": f"v1,AAAA v1,{made} v2,zz"}


def checked(
    vendor: str, headers: dict[str, str], body: bytes = BODY, secret: bytes | None = None, now: float = NOW
) -> Checked:
    return webhook.check(
        vendor, Delivery(headers, body), secret or {"workos": WORKOS_SECRET, "scalekit": SCALEKIT_SECRET}[vendor], now
    )


BOTH = pytest.mark.parametrize(("vendor", "made", "tolerance"), [("workos", signed, 180), ("scalekit", svix, 300)])


@BOTH
def test_right(vendor: str, made: Any, tolerance: int) -> None:
    found = checked(vendor, made())
    assert found == Checked(vendor, "valid", "inside", 0.0, float(tolerance), ())
    assert found.accepted


def test_without_a_blank() -> None:
    """The vendor's Node library takes it, the one for Python does not."""
    found = checked("workos", signed(blank=""))
    assert found.accepted
    assert "no blank behind the comma" in found.reasons[0]


@BOTH
@pytest.mark.parametrize(("beyond", "window"), [(-1, "inside"), (1, "too-old"), (None, "in-future"), (0, "inside")])
def test_window(beyond: int | None, window: str, vendor: str, made: Any, tolerance: int) -> None:
    """Signature and time are told apart: a right signature stays right."""
    ago = -tolerance - 1 if beyond is None else tolerance + beyond
    found = checked(vendor, made(at=NOW - ago))
    assert (found.signature, found.window) == ("valid", window)
    assert found.accepted == (window == "inside")
    assert bool(found.reasons) == (window != "inside")


def test_the_clock_is_named() -> None:
    assert "clock is behind" in checked("workos", signed(at=NOW + 400)).reasons[0]
    assert "clock is ahead" in checked("workos", signed(at=NOW - 400)).reasons[0]


def test_seconds_for_milliseconds() -> None:
    """An emulator signs so; what the vendor's own libraries expect is milliseconds."""
    found = checked("workos", signed(stamp=str(int(NOW))))
    assert (found.signature, found.window, found.accepted) == ("valid", "wrong-unit", False)
    assert "in seconds, and WorkOS writes milliseconds" in found.reasons[0]
    other = checked("scalekit", svix(stamp=str(int(NOW * 1000))))
    assert (other.signature, other.window) == ("valid", "wrong-unit")


def test_signed_in_milliseconds_and_told_in_seconds() -> None:
    stamp = str(int(NOW))
    made = mac(WORKOS_SECRET, f"{stamp}000.".encode() + BODY).hex()
    found = checked("workos", {"workos-signature": f"t={stamp}, v1={made}"})
    assert found.signature == "invalid"
    assert "with the time in milliseconds, while the header has seconds" in found.reasons[0]


VALUE = json.loads(BODY)


@BOTH
@pytest.mark.parametrize(
    ("received", "named"),
    [
        (json.dumps(VALUE, indent=2).encode(), "re-serialised"), (json.dumps(VALUE).encode(), "re-serialised"),
        (BODY + b"\n", "line break"), (b"\xef\xbb\xbf" + BODY, "byte order mark"),
    ],
)  # fmt: skip
def test_a_body_that_was_changed_on_the_way(
    received: bytes, named: str, vendor: str, made: Any, tolerance: int
) -> None:
    found = checked(vendor, made(), received)
    assert found.signature == "invalid"
    assert named in found.reasons[0]


@BOTH
@pytest.mark.parametrize("sent", [json.dumps(VALUE).encode(), json.dumps(VALUE, ensure_ascii=False, indent=2).encode()])
def test_what_was_signed_is_named(sent: bytes, vendor: str, made: Any, tolerance: int) -> None:
    found = checked(vendor, made(body=sent), BODY)
    assert "it was re-serialised" in found.reasons[0]


@BOTH
def test_a_wrong_secret(vendor: str, made: Any, tolerance: int) -> None:
    found = checked(vendor, made(key=b"another one"))
    assert (found.signature, found.window) == ("invalid", "inside")
    assert "the secret is of another endpoint or environment, or was rotated" in found.reasons[0]


@BOTH
def test_altered_content(vendor: str, made: Any, tolerance: int) -> None:
    found = checked(vendor, made(), BODY.replace(b"Acme", b"Evil"))
    assert found.signature == "invalid"
    assert "the content was altered" in found.reasons[0]


@pytest.mark.parametrize(
    ("vendor", "secret"),
    [
        ("workos", WORKOS_SECRET + b"\n"),
        ("workos", b'"' + WORKOS_SECRET + b'"'),
        ("scalekit", SCALEKIT_SECRET + b" \n"),
    ],
)
def test_blanks_around_the_secret(vendor: str, secret: bytes) -> None:
    headers = signed() if vendor == "workos" else svix()
    assert "without the blanks or quotation marks" in checked(vendor, headers, secret=secret).reasons[0]


@pytest.mark.parametrize(
    ("headers", "signature"),
    [({}, "missing"), ({"workos-signature": ""}, "malformed"), ({"workos-signature": "t=1"}, "malformed"),
     ({"workos-signature": "t=x, v1=" + "0" * 64}, "malformed"), ({"workos-signature": "t=1, v1=zz"}, "malformed")],
)  # fmt: skip
def test_headers_of_workos(headers: dict[str, str], signature: str) -> None:
    found = checked("workos", headers)
    assert (found.signature, found.window, found.accepted) == (signature, "unknown", False)
    assert found.reasons


@pytest.mark.parametrize(
    ("drop", "put_", "signature"),
    [
        ("webhook-id", None, "missing"),
        ("webhook-signature", None, "missing"),
        ("webhook-timestamp", "soon", "malformed"),
        ("webhook-signature", "v1,***", "malformed"),
        ("webhook-signature", "v2,AAAA", "malformed"),
    ],
)
def test_headers_of_scalekit(drop: str, put_: str | None, signature: str) -> None:
    headers = {name: value for name, value in svix().items() if name != drop} | ({drop: put_} if put_ else {})
    assert checked("scalekit", headers).signature == signature


def test_a_secret_that_is_no_base64() -> None:
    assert "not base64" in checked("scalekit", svix(), secret=b"whsec_***").reasons[0]


@given(st.binary(max_size=60), st.text(max_size=80), st.binary(min_size=1, max_size=40))
def test_anything(body: bytes, header: str, secret: bytes) -> None:
    for vendor, names in (
        ("workos", ["workos-signature"]),
        ("scalekit", ["webhook-id", "webhook-timestamp", "webhook-signature"]),
    ):
        found = webhook.check(vendor, Delivery(dict.fromkeys(names, header), body), secret, NOW)
        assert not found.accepted


# ── the command ────────────────────────────────────────────────────────────────────────────────────────────


@BOTH
def test_verify(  # noqa: PLR0917
    vendor: str,
    made: Any,
    tolerance: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOOK", {"workos": WORKOS_SECRET, "scalekit": SCALEKIT_SECRET}[vendor].decode())
    path = put(tmp_path, "body.json", BODY)
    headers = [word for name, value in made().items() for word in ("--header", f"{name.title()}: {value}")]
    words = ["events", "verify", path, "--secret-env", "HOOK", "--at", "2026-11-22T09:00:30Z", *headers]
    done = ran(capsys, *words, "--format", "json")
    assert (done.code, done.data["vendor"], done.data["accepted"]) == (0, vendor, True)
    assert (done.data["signature"], done.data["window"], done.data["age_seconds"]) == ("valid", "inside", 30.0)
    assert done.data["event"]["name"] == "connection.activated"
    late = ran(capsys, *words, "--tolerance", "10")
    assert late.code == 1
    assert "signature  valid" in late.out
    assert "too old" in late.out
    for text in (done.out, done.err, late.out, late.err):
        assert "canary" not in text


@pytest.mark.parametrize(
    "words",
    [
        ["--secret-env", "HOOK"],
        ["--secret-env", "UNSET", "--header", "WorkOS-Signature: x"],
        ["--secret-env", "whsec_canaryPasted", "--header", "WorkOS-Signature: x"],
        ["--secret-env", "HOOK", "--header", "x"],
    ],
)
def test_wrong_calls(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", "x")
    done = ran(capsys, "events", "verify", put(tmp_path, "b.json", BODY), *words)
    assert (done.code, done.out) == (2, "")
    assert "canary" not in done.err


# ── what events tell ───────────────────────────────────────────────────────────────────────────────────────


def renewal(number: int, **certificate: Any) -> dict[str, Any]:
    return {
        "object": "event", "id": f"event_r{number}", "event": "connection.saml_certificate_renewal_required",
        "created_at": f"2026-11-{number:02d}T08:00:00Z",
        "data": {"connection": {"id": "conn_1", "organization_id": "org_1"}, "days_until_expiry": -number,
                 "certificate": {"certificate_type": "ResponseSigning", "expiry_date": "2026-10-30T00:00:00Z",
                                 "is_expired": True, **certificate}},
    }  # fmt: skip


def story(*items: dict[str, Any]) -> stories.Story:
    return stories.told(parse.read_all(list(items)))


def test_failures_by_code_and_person() -> None:
    found = story(
        failed(3, "b", "Ann@acme.example"), failed(1, "a"), failed(2, "b"), failed(4, "b", "bob@acme.example")
    )
    assert [(one.code, one.times, one.users) for one in found.failures] == [
        ("b", 3, (("ann@acme.example", 2), ("bob@acme.example", 1))), ("a", 1, (("ann@acme.example", 1),)),
    ]  # fmt: skip
    assert (found.failures[0].first, found.failures[0].last) == ("2026-11-20T10:02:00.000Z", "2026-11-20T10:04:00.000Z")
    assert (found.attempts, found.succeeded) == (4, 0)


def test_one_that_was_delivered_twice_counts_once() -> None:
    assert story(failed(1), failed(1)).failures[0].times == 1


def test_a_renewal_that_repeats_is_one() -> None:
    (found,) = story(renewal(1), renewal(8), renewal(15)).renewals
    assert (found.reminders, found.first, found.last) == (3, "2026-11-01T08:00:00Z", "2026-11-15T08:00:00Z")
    assert found.renewed_at is None


def test_a_renewal_that_was_done() -> None:
    done = {**renewal(16), "event": "connection.saml_certificate_renewed"}
    assert story(renewal(1), done).renewals[0].renewed_at == "2026-11-16T08:00:00Z"
    assert story(done, renewal(20)).renewals[0].renewed_at is None


def test_history_proves_nothing_of_today() -> None:
    good = {**failed(9), "event": "authentication.sso_succeeded"}
    found = story(failed(1), good)
    assert found.works_again
    assert stories.words(found) == ()
    assert not story(good, {**failed(10)}).works_again


def test_timed_out_is_a_code_of_its_own() -> None:
    late = {**failed(1), "event": "authentication.sso_timed_out"}
    late["data"] = {**late["data"], "error": None}
    assert story(late).failures[0].code == "timed_out"


@pytest.mark.parametrize(
    "wrap", [lambda all_: all_, lambda all_: {"object": "list", "data": all_}, lambda all_: {"events": all_}]
)
def test_forms(wrap: Any) -> None:
    all_ = [failed(1), renewal(2)]
    found = parse.of_bytes(json.dumps(wrap(all_)).encode())
    assert found is not None
    assert [one.name.partition(".")[0] for one in found] == ["authentication", "connection"]


def test_json_lines() -> None:
    found = parse.of_bytes(b"\n".join(json.dumps(failed(n)).encode() for n in (1, 2)) + b"\nnoise\n")
    assert found is not None
    assert len(found) == 2


def test_scalekit_event() -> None:
    body = {
        "spec_version": "1",
        "id": "evt_1",
        "type": "organization.sso_enabled",
        "occurred_at": "2026-11-22T08:00:00Z",
        "environment_id": "env_1",
        "organization_id": "org_1",
        "object": "Connection",
        "data": {"id": "conn_1", "status": "COMPLETED", "organization_id": "org_1", "enabled": True},
    }
    (found,) = parse.read_all(body)
    assert (found.vendor, found.name, found.connection_id, found.organization_id) == (
        "scalekit", "organization.sso_enabled", "conn_1", "org_1",
    )  # fmt: skip


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["data", "event", "type", "error", "sso", "id", "created_at"]), inner)
    ),
    max_leaves=8,
)


@given(JSON)
def test_anything_is_read(value: object) -> None:
    stories.told(parse.read_all(value))


@given(st.binary(max_size=80))
def test_any_bytes_are_read(data: bytes) -> None:
    stories.told(parse.of_bytes(data) or ())


# ── explain ────────────────────────────────────────────────────────────────────────────────────────────────


def test_explain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [failed(n, "access_denied", "canary.person@acme.example") for n in (1, 2)] + [renewal(n) for n in (1, 8)]
    path = put(tmp_path, "events.json", {"object": "list", "data": rows})
    done = ran(capsys, "events", "explain", path, "--format", "json")
    assert done.data["story"]["failures"][0]["times"] == 2
    assert len(done.data["story"]["renewals"]) == 1
    assert "workos-access-denied" in done.data["reported"] or done.data["findings"]
    text = ran(capsys, "events", "explain", path)
    assert "failed sign-in" in text.out
    assert text.out.index("failed sign-in") < text.out.index("certificate")
    assert text.out.count("ResponseSigning ends") == 2  # once as what happened, once as what is wrong
    renewals = [one for one in done.data["findings"] if one["id"] == "event-certificate-renewal-required"]
    assert [(one["severity"], one["verdict"]) for one in renewals] == [("error", "confirmed")]
    assert "canary" not in done.out + text.out
    shown = ran(capsys, "events", "explain", path, "--show-personal")
    assert "canary.person@acme.example" in shown.out


def test_words_of_the_vendor_that_quote_a_person(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = failed(1)
    one["data"]["error"]["message"] = "the domain of canary.person@acme.example is not one of the organization"
    path = put(tmp_path, "events.json", [one])
    for more in ([], ["--format", "json"]):
        done = ran(capsys, "events", "explain", path, *more)
        assert "is not one of the organization" in done.out
        assert "canary" not in done.out
    assert "canary.person" in ran(capsys, "events", "explain", path, "--format", "json", "--show-personal").out


def test_explain_joins_the_connection(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = put(tmp_path, "events.json", [failed(1)])
    inactive = put(tmp_path, "c.json", workos(state="inactive"))
    done = ran(capsys, "events", "explain", events, "--connection-file", inactive, "--format", "json")
    assert (done.code, done.data["headline"]) == (1, "connection-inactive")


def test_a_sign_in_that_never_came_back_ended_at_the_identity_provider(tmp_path: Path) -> None:
    late = {**failed(2), "event": "authentication.sso_timed_out", "id": "event_late"}
    late["data"] = {**late["data"], "error": None}
    found = diagnosed(put(tmp_path, "e.json", [failed(1), late]), put(tmp_path, "c.json", workos(state="validating")))
    assert "user-not-assigned" in {rule for one in found.needs for rule in one.decides}
    again = {**failed(3), "event": "authentication.sso_succeeded", "id": "event_good"}
    assert "event-sign-ins-failed" not in {one.id for one in diagnosed(put(tmp_path, "f.json", [late, again])).findings
                                           if one.verdict == "confirmed"}  # fmt: skip


def test_explain_what_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = ran(capsys, "events", "explain", put(tmp_path, "x.json", b"{}"))
    assert (done.code, done.out) == (2, "")


def test_events_are_evidence_of_a_diagnosis(tmp_path: Path) -> None:
    """The error of a failed sign-in suspects what the same error in a ticket would."""
    path = put(tmp_path, "events.json", {"object": "list", "data": [failed(1, "access_denied")]})
    found = diagnosed(path, put(tmp_path, "c.json", workos(state="validating")))
    assert recognise(json.dumps([failed(1)]).encode(), "x").kind == "event"
    assert verdict_of(found, "no-login-yet") == "ruled-out"
    assert [one.entry["id"] for one in found.reported]
