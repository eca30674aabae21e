"""WorkOS' API as a source: every call, every page, every bad day; and no secret in anything that is shown."""

from __future__ import annotations

import json
import pickle
import re
import traceback
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from doctor.facts import connection as facts
from doctor.model.error import DoctorError, UsageError
from doctor.sources import dns, live, secret, vendor, workos
from doctor.sources.answer import ANSWERS, DECIDED, Trouble
from doctor.sources.clock import Clock
from doctor.sources.listing import Filters
from doctor.sources.profile import Access
from tests import vendor_server
from tests.loopback import closed_port, identity
from tests.vendor_server import KEY, Fault, connection, directory, failed, organization, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from doctor.sources.vendor import Client

ORG = "org_01EHWNCE74X7JSDV0X3SZ3KJNY"
FIRST = connection(1)["id"]
NOW = 1795338000.0  # 2026-11-22T09:00:00Z


class Time(NamedTuple):
    """A clock that a test turns: sleeping takes no time and is noted."""

    slept: list[float]
    now: list[float]

    def clock(self) -> Clock:
        def sleep(seconds: float) -> None:
            self.slept.append(seconds)
            self.now[0] += seconds

        return Clock(lambda: NOW + self.now[0], lambda: self.now[0], sleep)


@pytest.fixture
def time() -> Time:
    return Time([], [0.0])


@pytest.fixture
def server() -> Iterator[vendor_server.Server]:
    each = [connection(n, state="validating" if n == 1 else "active") for n in range(1, 4)]
    with running(vendor_server.workos(connections=each, organizations=[organization()])) as found:
        yield found


def client(server: vendor_server.Server, time: Time, key: str = KEY, **limits: Any) -> Client:
    manner = vendor.Manner(
        vendor.Limits(**{"timeout": 1.0, **limits}), time.clock(), lambda: 0.5, lookup=lambda _name, _own: dns.Texts()
    )
    return live.client(
        Access("workos", server.url, None, secret.given(key, "WORKOS_API_KEY"), "WORKOS_API_KEY"), manner
    )


def kind(trouble: Trouble | None) -> str:
    return trouble.kind if trouble else "ok"


# ── what it reads ──────────────────────────────────────────────────────────────────────────────────────────


def test_all_pages(time: Time) -> None:
    each = [connection(n) for n in range(1, 251)]
    with running(vendor_server.workos(connections=each)) as server:
        found = workos.connections(client(server, time), Filters())
        assert [one["id"] for one in found.items] == [one["id"] for one in each]
        assert found.trouble is None
        assert [one.query.get("after") for one in server.requests] == [None, each[99]["id"], each[199]["id"]]
        assert {one.query["limit"] for one in server.requests} == {"100"}


def test_every_filter_is_sent(server: vendor_server.Server, time: Time) -> None:
    workos.connections(client(server, time), Filters(ORG, "acme.example", "GitHubOAuth", "Acme", "asc"))
    assert server.requests[0].query == {
        "limit": "100", "organization_id": ORG, "domain": "acme.example", "connection_type": "GithubOAuth",
        "search": "Acme", "order": "asc",
    }  # fmt: skip


def test_a_filter_that_the_api_ignores(time: Time) -> None:
    each = [connection(1), connection(2, organization_id="org_other")]
    deaf = vendor_server.Server(lambda _server, _asked: (200, {"object": "list", "data": each, "list_metadata": {}}))
    with running(deaf) as server:
        found = workos.connections(client(server, time), Filters(organization=ORG))
    assert [one["id"] for one in found.items] == [FIRST]
    assert found.notes == ("the API paid no heed to the organization: 1 others were left out here",)


def test_pages_that_lead_in_a_circle(time: Time) -> None:
    turning = {"object": "list", "data": [connection(1)], "list_metadata": {"after": "conn_again"}}
    with running(vendor_server.Server(lambda _server, _asked: (200, turning))) as server:
        found = workos.connections(client(server, time), Filters())
        assert (len(found.items), kind(found.trouble), len(server.requests)) == (1, "not-understood", 2)


def test_endless_pages_end(time: Time) -> None:
    def more(server: vendor_server.Server, _asked: object) -> tuple[int, Any]:
        count = len(server.requests)
        return 200, {"data": [connection(count)], "list_metadata": {"after": f"conn_{count}"}}

    with running(vendor_server.Server(more)) as server:
        found = workos.connections(client(server, time, pages=5), Filters())
        assert (len(found.items), kind(found.trouble), len(server.requests)) == (5, "not-understood", 5)


def test_one_connection_with_its_certificates(time: Time) -> None:
    from tests.evidence import pem

    rows = [{"id": "cert_1", "value": pem(400), "not_after": "2027-12-27T09:00:00Z"}]
    data = {"connections": [connection(1)], "certificates": rows, "organizations": [organization(state="pending")]}
    with running(vendor_server.workos(**data)) as server:
        found = live.connection(client(server, time), "workos", live.About(FIRST))
    (document,) = found.documents
    assert document.connection is None
    (one,) = document.connections
    assert len(one.certificates) == 1
    assert [(each.name, each.state) for each in one.domains] == [("acme.example", "pending")]
    assert found.facts["organization.domain_verified"] is False
    assert found.facts["connection.count_in_organization"] == 1


def test_certificates_that_are_not_offered(server: vendor_server.Server, time: Time) -> None:
    found = live.connection(client(server, time), "workos", live.About(FIRST))
    assert found.trouble is None
    assert "signing certificates are not shown: this environment does not offer them" in found.notes


def test_events_of_the_connection(time: Time) -> None:
    other = failed(9)
    other["data"]["sso"]["connection_id"] = "conn_other"
    data = {"connections": [connection(1)], "events": [failed(1), failed(2), other]}
    with running(vendor_server.workos(**data)) as server:
        found = live.connection(client(server, time), "workos", live.About(FIRST))
        asked = next(one for one in server.requests if one.path == "/events")
    assert found.story is not None
    assert [(one.code, one.times) for one in found.story.failures] == [("example", 2)]
    assert found.facts["connection.logins_attempted"] == 2
    assert asked.query["events"].split(",") == list(workos.SSO_EVENTS)
    assert asked.query["range_start"] == "2026-10-23T09:00:00.000Z"


@pytest.mark.parametrize(("created", "known"), [("2026-11-20T00:00:00Z", 0), ("2026-01-15T12:00:00.000Z", None)])
def test_no_events_prove_something_of_a_young_connection_only(created: str, known: int | None, time: Time) -> None:
    """Events are kept for thirty days: of an older connection nobody knows."""
    with running(vendor_server.workos(connections=[connection(1, created_at=created)])) as server:
        found = live.connection(client(server, time), "workos", live.About(FIRST))
    assert found.facts.get("connection.logins_attempted") == known


def test_directories_users_and_groups(time: Time) -> None:
    one = directory(1)["id"]
    homes = [one] * 150 + ["directory_other"]
    users = [{"id": f"directory_user_{n}", "directory_id": home, "state": "active"} for n, home in enumerate(homes)]
    groups = [{"id": "directory_group_1", "directory_id": one, "name": "Staff"}]
    data = {"directories": [directory(1), directory(2)], "directory_users": users, "directory_groups": groups}
    with running(vendor_server.workos(**data)) as server:
        api = client(server, time)
        assert len(workos.directories(api, Filters()).items) == 2
        assert workos.directory(api, one).value["name"] == "Directory 1"
        assert len(workos.members(api, one, "users").items) == 150
        assert len(workos.members(api, one, "groups").items) == 1


@pytest.mark.parametrize(("names", "seen"), [(["dsync.user.created"], True), (["dsync.activated"], None), ([], None)])
def test_what_a_directory_brought(names: list[str], seen: bool | None, time: Time) -> None:
    one = directory(1)["id"]
    rows = [{"object": "event", "id": f"event_{n}", "event": name, "created_at": "2026-11-21T10:00:00Z",
             "data": {"directory_id": one, "id": one}} for n, name in enumerate(names)]  # fmt: skip
    other = {"object": "event", "id": "event_x", "event": "dsync.user.created", "data": {"directory_id": "directory_2"}}
    with running(vendor_server.workos(directories=[directory(1, state="validating")], events=[*rows, other])) as server:
        found = live.directory(client(server, time), "workos", live.About(directory=one))
    assert found.facts.get("scim.requests_seen") == seen
    assert found.story is not None
    assert found.story.events == len(names)


def test_why_a_domain_was_given_up(time: Time) -> None:
    data = {"reason": "domain_verified_by_other_organization", "organization_domain": organization()["domains"][0]}
    rows = [{"object": "event", "id": "event_1", "event": "organization_domain.verification_failed",
             "created_at": "2026-11-20T10:00:00Z", "data": data}]  # fmt: skip
    with running(vendor_server.workos(organizations=[organization(state="failed")], events=rows)) as server:
        found = live.organization(client(server, time), "workos", live.About(organization=ORG))
    assert found.notes == ("the verification of acme.example failed: domain verified by other organization",)
    assert found.facts["organization.domain_verified"] is False


@pytest.mark.parametrize(
    ("about", "told"),
    [
        (live.About(organization=ORG), {"organization.exists": True, "organization.domain_verified": True,
                                        "organization.connection_linked": True,
                                        "connection.count_in_organization": 3}),
        (live.About(organization="org_gone"), {"organization.exists": False}),
        (live.About(user_domain="Acme.example"), {"organization.exists": True, "organization.domain_verified": True,
         "organization.user_domain_listed": True, "organization.connection_linked": True,
         "connection.count_in_organization": 3}),
        (live.About(user_domain="else.example"),
         {"organization.exists": False, "organization.user_domain_listed": False}),
        (live.About(organization=ORG, user_domain="else.example"),
         {"organization.exists": True, "organization.user_domain_listed": False, "organization.connection_linked": True,
          "connection.count_in_organization": 3}),
    ],
)  # fmt: skip
def test_organization(about: live.About, told: dict[str, Any], server: vendor_server.Server, time: Time) -> None:
    assert live.organization(client(server, time), "workos", about).facts == told


# ── bad days ───────────────────────────────────────────────────────────────────────────────────────────────

HTML = b"<!DOCTYPE html><html><head><title>Corporate Proxy: sign in</title></head><body></body></html>"
FAULTS = [
    (Fault(401, b'{"message":"Unauthorized"}'), "key-rejected", 1),
    (Fault(403, b'{"message":"Forbidden"}'), "permission-missing", 1),
    (Fault(404, b'{"message":"Not Found"}'), "not-the-api", 1),
    (Fault(422, b'{"message":"Validation","errors":[{"field":"limit","code":"too_big"}]}'), "request-refused", 1),
    (Fault(400, b"plain words"), "request-refused", 1),
    (Fault(429, b'"Ratelimited"'), "rate-limited", 4),
    (Fault(500, b"{}"), "server-error", 4),
    (Fault(502, HTML, {"Content-Type": "text/html"}), "server-error", 4),
    (Fault(503, b""), "server-error", 4),
    (Fault(501, b""), "server-error", 1),
    (Fault(how="stall"), "timeout", 4),
    (Fault(how="drop"), "cut-short", 4),
    (Fault(how="reset"), "cut-short", 4),
    (Fault(how="half"), "cut-short", 4),
    (Fault(200, b'{"object":"list","data":['), "cut-short", 4),
    (Fault(200, b""), "cut-short", 4),
    (Fault(200, HTML, {"Content-Type": "text/html"}), "not-the-api", 1),
    (Fault(200, HTML), "not-the-api", 1),
    (Fault(404, HTML, {"Content-Type": "text/html"}), "not-the-api", 1),
    (Fault(407, b""), "not-the-api", 1),
    (Fault(302, b"", {"Location": "https://login.example/?code=1"}), "not-the-api", 1),
    (Fault(200, b"[]"), "not-understood", 1),
    (Fault(200, b"17"), "not-understood", 1),
    (Fault(200, b'{"object":"connection"}'), "not-understood", 1),
    (Fault(200, b"\xff\xfe\x00"), "cut-short", 4),
    (Fault(200, b"{}", {"Content-Encoding": "br"}), "cut-short", 4),
]


@pytest.mark.parametrize(
    ("fault", "word", "tries"), FAULTS, ids=[f"{one[0].status}{one[0].how}-{n}" for n, one in enumerate(FAULTS)]
)
def test_fault(fault: Fault, word: str, tries: int, server: vendor_server.Server, time: Time) -> None:
    server.always = fault
    found = workos.connections(client(server, time, timeout=0.3), Filters())
    assert found.items == ()
    assert (kind(found.trouble), len(server.requests)) == (word, tries)
    assert str(found.trouble)


@pytest.mark.parametrize(("fault", "word", "tries"), [one for one in FAULTS if one[2] > 1][:4])
def test_a_fault_that_passes(fault: Fault, word: str, tries: int, server: vendor_server.Server, time: Time) -> None:
    server.faults = [fault, None]
    found = workos.connections(client(server, time), Filters())
    assert (len(found.items), found.trouble, len(server.requests)) == (3, None, 2)
    assert len(time.slept) == 1


def test_every_word_is_a_value_of_the_fact() -> None:
    assert {*ANSWERS, "ok"} == set(facts.ANSWERS)
    assert set(ANSWERS) >= DECIDED


def test_pauses_grow_and_are_random(server: vendor_server.Server, time: Time) -> None:
    server.always = Fault(503)
    workos.connections(client(server, time), Filters())
    assert time.slept == [0.5, 1.0, 2.0]  # chance is 0.5, so that each is doubled exactly


@pytest.mark.parametrize(("given", "slept"), [("7", 7.125), ("Sun, 22 Nov 2026 09:00:09 GMT", 9.125)])
def test_retry_after_is_honoured(given: str, slept: float, server: vendor_server.Server, time: Time) -> None:
    server.faults = [Fault(429, b"{}", {"Retry-After": given})]
    found = workos.connections(client(server, time), Filters())
    assert (found.trouble, time.slept) == (None, [slept])


def test_retry_after_beyond_the_time_that_is_left(server: vendor_server.Server, time: Time) -> None:
    server.always = Fault(429, b"{}", {"Retry-After": "3600"})
    found = workos.connections(client(server, time), Filters())
    assert found.trouble is not None
    assert (found.trouble.kind, found.trouble.retry_after, time.slept, len(server.requests)) == (
        "rate-limited",
        3600.0,
        [],
        1,
    )


@pytest.mark.parametrize("given", ["-5", "soon", "1e9", "99999999999999999999", ""])
def test_retry_after_that_is_none(given: str, server: vendor_server.Server, time: Time) -> None:
    server.faults = [Fault(429, b"{}", {"Retry-After": given})]
    assert workos.connections(client(server, time), Filters()).trouble is None
    assert time.slept == [0.5]


def test_everything_together_ends(time: Time) -> None:
    """Pages without end, each after a failure: the time for everything bounds it."""

    def more(server: vendor_server.Server, _asked: object) -> tuple[int, Any]:
        count = len(server.requests)
        server.faults = [Fault(503)]
        return 200, {"data": [connection(count)], "list_metadata": {"after": f"conn_{count}"}}

    with running(vendor_server.Server(more)) as server:
        found = workos.connections(client(server, time, total=10.0), Filters())
        assert found.trouble is not None
        assert time.now[0] <= 10.0
        assert 0 < len(found.items) < 25


def test_a_page_that_fails_leaves_the_others(time: Time) -> None:
    each = [connection(n) for n in range(1, 151)]
    with running(vendor_server.workos(connections=each)) as server:
        server.faults = [None, Fault(403, b"{}")]
        found = workos.connections(client(server, time), Filters())
    assert (len(found.items), kind(found.trouble)) == (100, "permission-missing")


def test_nobody_listens(server: vendor_server.Server, time: Time) -> None:
    server.url = f"http://127.0.0.1:{closed_port()}"
    assert kind(workos.connections(client(server, time), Filters()).trouble) == "unreachable"


def test_an_untrusted_certificate(tmp_path: Path, time: Time) -> None:
    with running(vendor_server.workos(), identity(tmp_path, "127.0.0.1")) as server:
        found = workos.connections(client(server, time), Filters())
        assert kind(found.trouble) == "tls"
        assert "SSL_CERT_FILE" in str(found.trouble)
        assert server.requests == []


def test_a_trusted_certificate(tmp_path: Path, time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    made = identity(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
    with running(vendor_server.workos(connections=[connection(1)]), made) as server:
        assert len(workos.connections(client(server, time), Filters()).items) == 1


def test_a_redirect_does_not_get_the_key(server: vendor_server.Server, time: Time) -> None:
    with running(vendor_server.workos()) as other:
        server.always = Fault(307, b"", {"Location": f"{other.url}/connections"})
        assert kind(workos.connections(client(server, time), Filters()).trouble) == "not-the-api"
        assert other.requests == []


# ── the key of another environment, and what is not there ──────────────────────────────────────────────────


def test_another_environment_is_told_from_a_missing_object(server: vendor_server.Server, time: Time) -> None:
    server.data["elsewhere"] = ["conn_01E4ZCR3C56J083X43JQXF9999"]
    api = client(server, time)
    elsewhere = workos.connection(api, "conn_01E4ZCR3C56J083X43JQXF9999").trouble
    missing = workos.connection(api, "conn_01E4ZCR3C56J083X43JQXF8888").trouble
    mistyped = workos.connection(api, "conn_01E4ZCR3C56J083X43JQX").trouble
    assert (kind(elsewhere), kind(missing), kind(mistyped)) == ("other-environment", "not-found", "not-found")
    assert "test environment (sk_test_)" in str(elsewhere)
    assert "cut or mistyped" in str(mistyped)
    assert "cut or mistyped" not in str(missing)


def test_a_key_that_may_nothing(server: vendor_server.Server, time: Time) -> None:
    server.always = Fault(403, b'{"message":"Forbidden"}')
    assert kind(workos.connection(client(server, time), FIRST).trouble) == "permission-missing"


@pytest.mark.parametrize("ident", ["", "../organizations", "a/b", "a b", "conn_\n", "conn_?x=1", "ä", "x" * 200])
def test_what_is_no_id_is_not_sent(ident: str, server: vendor_server.Server, time: Time) -> None:
    with pytest.raises(UsageError):
        workos.connection(client(server, time), ident)
    assert server.requests == []


@pytest.mark.parametrize(
    "url", ["http://api.example.com", "http://10.0.0.1", "ftp://x", "https://u:p@x.example", "https://x/?a=1", ""]
)
def test_addresses_to_which_no_key_goes(url: str) -> None:
    with pytest.raises(UsageError):
        vendor.base(url)


@pytest.mark.parametrize("url", ["https://10.0.0.1", "https://169.254.169.254"])
def test_private_addresses_want_to_be_allowed(url: str, time: Time) -> None:
    api = live.client(
        Access("workos", url, None, secret.given(KEY, "K"), "K"), vendor.Manner(vendor.Limits(), time.clock())
    )
    found = workos.connections(api, Filters())
    assert kind(found.trouble) == "unreachable"
    assert "--allow-private" in str(found.trouble)


# ── unknown words ──────────────────────────────────────────────────────────────────────────────────────────


def test_unknown_words_are_kept(time: Time) -> None:
    odd = connection(1, state="hibernating", connection_type="QuantumSAML", status="linked", extra={"deep": [1]})
    with running(vendor_server.workos(connections=[odd])) as server:
        found = live.connection(client(server, time), "workos", live.About(FIRST))
    (one,) = found.documents[0].connections
    assert (one.state, one.state_given, one.type) == (None, "hibernating", "QuantumSAML")
    assert "doctor does not know the state hibernating; it is shown as it was given" not in found.notes or one.notes


@pytest.mark.parametrize(
    "broken",
    [
        {"id": 7},
        {"data": []},
        {"connections": [1]},
        {"state": None},
        {"domains": "x"},
        {"connection_type": []},
        {"organization_id": 3},
    ],
)
def test_values_of_another_type(broken: dict[str, Any], time: Time) -> None:
    whole = {**connection(1), **broken}
    with running(vendor_server.Server(lambda _server, _asked: (200, whole))) as server:
        found = live.connection(client(server, time), "workos", live.About(FIRST))
        assert kind(found.trouble) == ("not-understood" if "id" in broken else "ok")
        live.glance(client(server, time), "workos", live.About(FIRST))


@pytest.mark.parametrize("hostile", ["\ud800", "\x1b[31m", "\u202e", "a/../b", "x" * 5000, "", "\r\nX-Evil: 1"])
def test_hostile_texts(hostile: str, time: Time) -> None:
    """What an API sends is untrusted: it neither breaks anything nor gets into a request."""
    made = {**connection(1), "name": hostile, "organization_id": hostile, "created_at": hostile,
            "domains": [{"domain": hostile, "state": hostile}], "state": hostile}  # fmt: skip
    page = {"object": "list", "data": [made], "list_metadata": {"after": hostile}}

    def answer(_server: vendor_server.Server, asked: vendor_server.Asked) -> tuple[int, Any]:
        return 200, made if asked.path == f"/connections/{FIRST}" else page

    with running(vendor_server.Server(answer)) as server:
        found = live.connection(client(server, time, pages=3), "workos", live.About(FIRST))
        assert kind(found.trouble) == "ok"
        workos.connections(client(server, time, pages=3), Filters())
        assert all(one.path.startswith(("/connections", "/events")) for one in server.requests)
    from doctor.report import connection as report
    from doctor.report.text import Look

    lines = "\n".join(report.details(found.documents[0].connections[0], Look()))
    assert "\x1b" not in lines
    assert "\u202e" not in lines
    lines.encode()


def test_nesting_without_end(time: Time) -> None:
    with running(vendor_server.workos()) as server:
        server.always = Fault(200, b'{"data":' * 900 + b"1" + b"}" * 900)
        assert kind(workos.connections(client(server, time), Filters()).trouble) in ("not-understood", "cut-short")


# ── secrets ────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_secret_in_evidence(server: vendor_server.Server, time: Time) -> None:
    echo = f'{{"message":"Invalid key {KEY}","errors":["{KEY}"],"code":"x"}}'.encode()
    server.always = Fault(401, echo, {"Location": f"https://x/{KEY}", "X-Request-ID": "req_7"})
    api = client(server, time)
    found = workos.connections(api, Filters())
    shown = json.dumps(api.evidence()) + str(found.trouble) + repr(api.secrets) + repr(found)
    assert "canary" not in shown
    assert "req_7" in shown
    (one,) = api.evidence()
    assert (one["method"], one["status"]) == ("GET", 401)
    assert one["headers"]["x-request-id"] == "req_7"
    assert one["elapsed_ms"] >= 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", one["at"])


def test_no_secret_in_a_traceback() -> None:
    key = secret.given(KEY, "WORKOS_API_KEY")
    try:
        int(f"{key} {key!r} {[key]}")
    except ValueError:
        assert "canary" not in traceback.format_exc()
    with pytest.raises(TypeError):
        pickle.dumps(key)


@pytest.mark.parametrize("given", ["", "  ", '"sk_test_x"', "sk_test\nx", "sk_tëst", "sk test"])
def test_what_is_no_key(given: str) -> None:
    with pytest.raises(DoctorError) as raised:
        secret.given(given, "WORKOS_API_KEY")
    assert given.strip(' "') == "" or given.strip('"') not in str(raised.value)
    assert raised.value.hint


def test_a_line_break_behind_a_key_is_no_harm() -> None:
    assert secret.given(f"{KEY}\r\n", "K").reveal() == KEY


@pytest.mark.parametrize("shift", [0, 1, 2])
def test_secrets_in_base64(shift: int) -> None:
    import base64

    key = secret.given(KEY, "K")
    written = base64.b64encode(b"a" * shift + KEY.encode() + b":rest of it").decode()
    left = secret.without(written, (key,))
    assert len(left) < len(written) - 15  # two or three letters at either end stay at the most
