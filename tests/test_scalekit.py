"""Scalekit's API as a source: token, connections that are not finished, configuration, writes, bad days, secrets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor.facts import directory as facts
from doctor.parse.directory import organization, read_all
from doctor.sources import change, live, scalekit, secret, vendor
from doctor.sources.listing import Filters
from doctor.sources.profile import Access
from tests import vendor_server
from tests.evidence import ACS, SP
from tests.evidence import scalekit as connection
from tests.test_workos import Time, kind
from tests.vendor_server import CLIENT, SECRET, TOKEN, Fault, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doctor.sources.vendor import Client

ORG = "org_2123312131125599"
FIRST = "conn_2123312131125533"
DOMAIN = {"id": "dom_1", "domain": "acme.example", "organization_id": ORG, "verification_status": "PENDING",
          "txt_record_key": "_scalekit-verify", "txt_record_secret": "sk-verify-0123"}  # fmt: skip
DIRECTORY = {
    "id": "directory_1", "name": "Acme", "directory_type": "SCIM", "directory_provider": "OKTA", "enabled": True,
    "organization_id": ORG, "status": "IN_PROGRESS", "directory_endpoint": "https://acme.scalekit.com/api/v1/directories/1/scim/v2",
    "total_users": "0", "secrets": [{"id": "s1", "secret_suffix": "ab12", "status": "ACTIVE", "last_used_time": None,
                                     "expire_time": "2026-11-01T00:00:00Z"}],
}  # fmt: skip


@pytest.fixture
def time() -> Time:
    return Time([], [0.0])


@pytest.fixture
def server() -> Iterator[vendor_server.Server]:
    each = [
        connection(), connection(id="conn_2", status="DRAFT", enabled=None),
        connection(id="conn_3", status="IN_PROGRESS", enabled=None, organization_id="org_3"),
        connection(id="conn_4", enabled=None),
    ]  # fmt: skip
    owners = [
        {"id": ORG, "display_name": "Acme", "create_time": "2026-01-01T00:00:00Z"},
        {"id": "org_3", "display_name": "B"},
    ]
    data = {"connections": each, "organizations": owners, "domains": [DOMAIN], "directories": [DIRECTORY]}
    with running(vendor_server.scalekit(**data)) as found:
        yield found


def client(server: vendor_server.Server, time: Time, key: str = SECRET, **limits: Any) -> Client:
    manner = vendor.Manner(vendor.Limits(**{"timeout": 1.0, **limits}), time.clock(), lambda: 0.5)
    return live.client(Access("scalekit", server.url, CLIENT, secret.given(key, "K"), "K"), manner)


def test_unfinished_connections_are_seen(server: vendor_server.Server, time: Time) -> None:
    found = scalekit.connections(client(server, time), Filters())
    assert [one["id"] for one in found.items] == [FIRST, "conn_2", "conn_3", "conn_4"]
    assert server.requests[1].query == {"include": "all"}
    assert server.paths() == ["POST /oauth/token", "GET /api/v1/connections"]


def test_filters(server: vendor_server.Server, time: Time) -> None:
    found = scalekit.connections(client(server, time), Filters(organization="org_3", domain="acme.example"))
    assert [one["id"] for one in found.items] == ["conn_3"]
    assert server.requests[1].query == {"include": "all", "organization_id": "org_3", "domain": "acme.example"}


@pytest.mark.parametrize(("wanted", "count"), [(Filters(type="saml"), 4), (Filters(type="OIDC"), 0),
                                               (Filters(type="okta"), 4), (Filters(search="acm"), 4)])  # fmt: skip
def test_filters_that_the_api_has_not(wanted: Filters, count: int, server: vendor_server.Server, time: Time) -> None:
    assert len(scalekit.connections(client(server, time), wanted).items) == count


def test_no_connections(time: Time) -> None:
    """protobuf JSON leaves an empty list out."""
    with running(vendor_server.scalekit()) as server:
        server.answer = lambda ours, asked: (
            (200, {}) if asked.path != "/oauth/token" else vendor_server._scalekit(ours, asked)
        )
        assert scalekit.connections(client(server, time), Filters()) == ((), None, ())


@pytest.mark.parametrize("organization", [None, ORG])
def test_one_connection_with_its_whole_configuration(
    organization: str | None, server: vendor_server.Server, time: Time
) -> None:
    found = live.connection(client(server, time), "scalekit", live.About(FIRST, organization))
    (document,) = found.documents
    (one,) = document.connections
    assert (one.vendor, one.state, one.acs_url, one.sp_entity_id) == ("scalekit", "active", ACS, SP)
    assert len(one.certificates) == 1
    assert found.facts["organization.domain_verified"] is False
    assert found.facts["connection.count_in_organization"] == 3
    assert "connection.logins_attempted" not in found.facts


def test_oidc_secret_is_kept_nowhere(time: Time) -> None:
    config = {"issuer": "https://idp.example", "client_id": "abc", "client_secret": "canary-oidc-secret-1"}
    item = connection(type="OIDC", saml_config=None, oidc_config=config)
    with running(vendor_server.scalekit(connections=[item])) as server:
        api = client(server, time)
        found = live.connection(api, "scalekit", live.About(FIRST, ORG))
    from doctor.sources import exhibit

    kept = exhibit.of_document(found.documents[0])
    assert b"canary" not in kept.data
    assert b"idp.example" in kept.data
    assert "canary" not in json.dumps(api.evidence())


def test_token_is_fetched_once_and_anew_when_refused(server: vendor_server.Server, time: Time) -> None:
    api = client(server, time)
    scalekit.connections(api, Filters())
    server.faults = [Fault(401, b'{"code":16,"message":"token is expired"}')]
    assert scalekit.connections(api, Filters()).trouble is None
    assert server.paths() == ["POST /oauth/token", "GET /api/v1/connections", "GET /api/v1/connections",
                              "POST /oauth/token", "GET /api/v1/connections"]  # fmt: skip


def test_a_token_that_is_never_taken(server: vendor_server.Server, time: Time) -> None:
    api = client(server, time)
    server.answer = lambda _ours, asked: (
        (401, {"code": 16, "message": "unauthenticated"})
        if asked.path != "/oauth/token"
        else (200, {"access_token": TOKEN})
    )
    assert kind(scalekit.connections(api, Filters()).trouble) == "key-rejected"
    assert len(server.requests) == 4


FAULTS = [
    (Fault(401, b'{"error":"invalid_client"}'), "client-rejected"),
    (Fault(400, b'{"error":"invalid_client"}'), "client-rejected"),
    (Fault(404, b'{"message":"environment not found"}'), "not-the-api"),
    (Fault(500, b"{}"), "server-error"),
    (Fault(200, b"<html><title>Login</title></html>"), "not-the-api"),
    (Fault(200, b'{"token":"x"}'), "not-understood"),
    (Fault(200, b'{"access_token":7}'), "not-understood"),
    (Fault(200, b'{"access_token":"a\\r\\nX-Evil: 1"}'), "not-understood"),
    (Fault(how="half"), "cut-short"),
    (Fault(how="drop"), "cut-short"),
    (Fault(429, b"{}"), "rate-limited"),
]


@pytest.mark.parametrize(("fault", "word"), FAULTS)
def test_no_token(fault: Fault, word: str, server: vendor_server.Server, time: Time) -> None:
    server.always = fault
    found = scalekit.connections(client(server, time), Filters())
    assert (found.items, kind(found.trouble)) == ((), word)
    assert {one.path for one in server.requests} == {"/oauth/token"}


def test_secret_of_another_environment(server: vendor_server.Server, time: Time) -> None:
    api = client(server, time, "test_canaryOther012345")
    trouble = scalekit.connections(api, Filters()).trouble
    assert kind(trouble) == "client-rejected"
    assert "are not of the environment 127.0.0.1" in str(trouble)
    assert "canary" not in str(trouble) + json.dumps(api.evidence())


def test_no_secret_in_evidence(server: vendor_server.Server, time: Time) -> None:
    api = client(server, time)
    live.connection(api, "scalekit", live.About(FIRST))
    assert "canary" not in json.dumps(api.evidence())
    assert SECRET.encode() in server.requests[0].body


def test_grpc_errors_are_told(server: vendor_server.Server, time: Time) -> None:
    detail = {"@type": "type.googleapis.com/scalekit.v1.errdetails.ErrorInfo", "error_code": "INVALID_ORGANIZATION"}
    server.faults = [None, Fault(400, json.dumps({"code": 3, "message": "bad", "details": [detail]}).encode())]
    trouble = scalekit.connections(client(server, time), Filters()).trouble
    assert str(trouble) == "the API refuses the request (400): bad; INVALID_ORGANIZATION"


def test_what_is_not_there(server: vendor_server.Server, time: Time) -> None:
    api = client(server, time)
    assert kind(scalekit.connection(api, "conn_nope").trouble) == "not-found"
    assert kind(scalekit.connection(api, "conn_nope", ORG).trouble) == "not-found"
    assert kind(scalekit.directory(api, "directory_nope").trouble) == "not-found"
    assert live.organization(api, "scalekit", live.About(organization="org_nope")).facts == {
        "organization.exists": False
    }


@pytest.mark.parametrize("how", ["enable", "disable"])
def test_switching(how: str, server: vendor_server.Server, time: Time) -> None:
    assert change.write(client(server, time), "scalekit", how, FIRST, None).trouble is None
    assert server.data["connections"][0]["enabled"] == (how == "enable")
    assert f"PATCH /api/v1/organizations/{ORG}/connections/{FIRST}:{how}" in server.paths()


def test_a_switch_that_is_refused(server: vendor_server.Server, time: Time) -> None:
    """The API answers 200 with an error_message."""
    api = client(server, time)
    scalekit.connections(api, Filters())
    server.faults = [None, Fault(200, b'{"enabled":false,"error_message":"connection is not completed"}')]
    trouble = change.write(api, "scalekit", "enable", FIRST, None).trouble
    assert str(trouble) == "the API refuses the request: connection is not completed"


def test_a_write_is_not_repeated(server: vendor_server.Server, time: Time) -> None:
    api = client(server, time)
    scalekit.connections(api, Filters())
    server.always = Fault(503)
    assert kind(change.write(api, "scalekit", "enable", FIRST, ORG).trouble) == "server-error"
    assert [one.method for one in server.requests].count("PATCH") == 1


def test_deleting(server: vendor_server.Server, time: Time) -> None:
    assert change.write(client(server, time), "scalekit", "delete", FIRST, None).trouble is None
    assert FIRST not in [one["id"] for one in server.data["connections"]]


# ── directories ────────────────────────────────────────────────────────────────────────────────────────────


def test_directories_of_every_organization(server: vendor_server.Server, time: Time) -> None:
    found = scalekit.directories(client(server, time), Filters())
    assert [(one["id"], one["organization_id"]) for one in found.items] == [("directory_1", ORG)]


def test_members_of_all_pages(server: vendor_server.Server, time: Time) -> None:
    server.data["users"] = [{"id": f"u{n}", "email": f"u{n}@acme.example"} for n in range(65)]
    assert len(scalekit.members(client(server, time), "directory_1", "users").items) == 65


def test_a_directory_whose_token_died(server: vendor_server.Server, time: Time) -> None:
    found = live.directory(client(server, time), "scalekit", live.About(directory="directory_1"))
    (one,) = found.documents[0].directories
    assert (one.state, one.users, one.type) == ("validating", 0, "OKTA SCIM")
    assert one.tokens is not None
    assert one.tokens[0].last_used_at is None
    from doctor.cli.live import diagnosed

    told = {each.id: each.verdict for each in diagnosed(found, "scalekit").findings}
    assert told["scim-not-started"] == "confirmed"


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
KEYS = sorted({*DIRECTORY, *vendor_server.directory(1), *DOMAIN, "domains", "display_name", "metadata"})


@given(
    st.dictionaries(st.sampled_from(KEYS), ANY, max_size=8), st.sampled_from([DIRECTORY, vendor_server.directory(1)])
)
def test_whatever_stands_in_a_directory(changes: dict[str, Any], whole: dict[str, Any]) -> None:
    for found in read_all({**whole, **changes}):
        assert found.state in (*facts.STATES, None)
    organization({**whole, **changes, "domains": [changes, {**DOMAIN, **changes}]})


@given(ANY)
def test_anything(value: object) -> None:
    read_all(value)
    organization(value)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"enabled": False}, "validating"),
        ({"status": "COMPLETED"}, "linked"),
        ({"status": "COMPLETED", "enabled": None}, "unlinked"),
        ({"status": "", "enabled": True}, "linked"),
        ({"status": "", "enabled": False}, "unlinked"),
        ({"status": "PAUSED"}, None),
    ],
)
def test_directory_state(changes: dict[str, Any], state: str | None) -> None:
    (one,) = read_all({"directory": {**DIRECTORY, **changes}})
    assert one.state == state
    assert one.state_given == str(changes.get("status", "IN_PROGRESS"))
