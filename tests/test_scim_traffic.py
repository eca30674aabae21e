"""SCIM bodies and recorded traffic: dialects are named, leavers are followed, and nothing of a person is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import doctor
from doctor.model.scim import DEPARTURES, KINDS
from doctor.parse import capture, scim, scim_log
from doctor.parse.recognise import recognise
from doctor.sources.exhibit import stripped

CORPUS: Final = Path(__file__).parent.parent.parent / "shared" / "corpus"
USER: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP: Final = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
LIST: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR: Final = "urn:ietf:params:scim:api:messages:2.0:Error"
BASE: Final = "https://api.example.com/scim/v2"
CANARIES: Final = ("jane.canary", "Canaryname", "canary-id-77", "tok-canary")


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    """A PATCH request."""
    return {"schemas": [PATCH], "Operations": list(operations)}


def jane(**more: Any) -> dict[str, Any]:
    """A user of whom nothing may be kept."""
    named = {"givenName": "Canaryname", "familyName": "Canaryname"}
    return {"schemas": [USER], "id": "canary-id-77", "userName": "jane.canary@acme.test", "name": named,
            "emails": [{"value": "jane.canary@acme.test", "primary": True}], "active": True, **more}  # fmt: skip


ENTRA_OLD: Final = patch({"op": "Replace", "path": "active", "value": "False"})
ENTRA_NEW: Final = patch({"op": "replace", "path": "active", "value": False})
ENTRA_MEMBERS: Final = patch({"op": "Remove", "path": "members", "value": [{"value": "canary-id-77"}]})
DOTTED: Final = patch({"op": "replace", "value": {"name.givenName": "A", "active": True}})
RETURNS: Final = patch({"op": "replace", "path": "active", "value": True})
TITLED: Final = patch({"op": "replace", "path": "title", "value": "x"})
OKTA_PATCH: Final = patch({"op": "replace", "value": {"active": False}})


@pytest.mark.parametrize(
    ("body", "kind", "departures"),
    [
        (ENTRA_OLD, "patch", ("capitalised-op", "text-boolean")),
        (ENTRA_NEW, "patch", ()),
        (ENTRA_MEMBERS, "patch", ("capitalised-op", "member-value-list")),
        (OKTA_PATCH, "patch", ("missing-path",)),
        (DOTTED, "patch", ("missing-path", "dotted-names")),
        (patch({"op": "add", "path": f"{USER}:department", "value": "x"}), "patch", ("qualified-path",)),
        (patch({"op": "add", "path": f"{USER}:active", "value": "true"}), "patch", ("qualified-path", "text-boolean")),
        (patch({"op": "add", "path": 'roles[primary eq "True"].value', "value": "x"}), "patch", ("text-boolean",)),
        (patch({"op": "remove"}), "patch", ("remove-without-path",)),
        (patch({"op": "set", "path": "active", "value": False}), "patch", ("unknown-op",)),
        (patch(), "patch", ("operations-missing",)),
        ({"Operations": [{"op": "add", "path": "title", "value": "x"}]}, "patch", ("schemas-missing",)),
        ({"schemas": ["urn:example:user"], "userName": "x", "active": True}, "user", ("schemas-unknown",)),
        (jane(), "user", ()),
        (jane(active="False"), "user", ("text-boolean",)),
        (jane(userName=""), "user", ("user-name-missing",)),
        (jane(emails=[{"value": "a", "primary": True}, {"value": "b", "primary": True}]), "user", ("several-primary",)),
        ({"schemas": [LIST], "Resources": []}, "list", ("total-missing",)),
        ({"schemas": [LIST], "totalResults": 0}, "list", ()),
        ({"schemas": [ERROR], "status": 409, "scimType": "taken"}, "error", ("status-number", "error-type-unknown")),
        ({"schemas": [ERROR], "detail": "no"}, "error", ("status-missing",)),
        ({"schemas": [ERROR], "status": "409", "scimType": "uniqueness"}, "error", ()),
        ({"schemas": [GROUP], "members": {"value": "1"}}, "group", ("members-not-list",)),
        ({"userName": 7}, "user", ("schemas-missing",)),
        ([], "other", ()), (7, "other", ()), ({}, "other", ()),
    ],
)  # fmt: skip
def test_a_body_is_named_with_its_departures(body: Any, kind: str, departures: tuple[str, ...]) -> None:
    found = scim.body(body)
    assert (found.kind, found.departures) == (kind, departures)


@pytest.mark.parametrize(
    ("body", "active", "changes"),
    [
        (ENTRA_OLD, False, False), (ENTRA_NEW, False, False), (OKTA_PATCH, False, False),
        (patch({"op": "Add", "path": "active", "value": "True"}), True, False),
        (patch({"op": "remove", "path": "active"}), False, False),
        (patch({"op": "replace", "path": "title", "value": "x"}), None, True),
        (patch({"op": "replace", "value": {"active": False, "title": "x"}}), False, True),
        (jane(active=False), False, True), (jane(active=None), None, True), (jane(active="no"), None, True),
    ],
)  # fmt: skip
def test_what_a_body_says_of_active(body: Any, active: bool | None, changes: bool) -> None:
    found = scim.body(body)
    assert (found.active, found.changes) == (active, changes)


@given(some.recursive(some.none() | some.booleans() | some.integers() | some.text(max_size=8), lambda inner: some.lists(
    inner, max_size=4) | some.dictionaries(some.sampled_from(
        ["schemas", "Operations", "op", "path", "value", "active", "userName", "name", "members", "status", "scimType",
         "totalResults", "Resources", "id", "emails"]), inner, max_size=5), max_leaves=20))  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_no_body_is_too_odd(value: Any) -> None:
    found = scim.body(value)
    assert found.kind in KINDS
    assert set(found.departures) <= set(DEPARTURES)
    assert recognise(json.dumps(value).encode(), "x.json").kind


# ── whole conversations ────────────────────────────────────────────────────────────────────────────────────

Exchange = tuple[str, str, Any, int | None, Any]


def error(status: int, kind: str) -> dict[str, Any]:
    """A SCIM error."""
    return {"schemas": [ERROR], "status": str(status), "scimType": kind}


def asked(method: str, path: str, sent: Any = None, status: int | None = 200, answer: Any = None) -> Exchange:
    """One request and its answer."""
    return method, path, sent, status, answer


def as_json(*exchanges: Exchange) -> bytes:
    """As a list of requests and answers, such as an application's own log."""
    keys = ("method", "url", "requestBody", "status", "response")
    rows = [dict(zip(keys, (one[0], BASE + one[1], *one[2:]), strict=True)) for one in exchanges]
    return json.dumps(rows).encode()


def as_lines(*exchanges: Exchange) -> bytes:
    """As JSON line by line."""
    return b"\n".join(json.dumps(row).encode() for row in json.loads(as_json(*exchanges)))


def as_har(*exchanges: Exchange) -> bytes:
    """As a HAR of a debugging proxy, with the token in it."""
    entries = [
        {
            "startedDateTime": f"2026-11-22T09:00:{number:02}Z", "time": 10,
            "request": {"method": method, "url": BASE + path, "postData": {"text": json.dumps(sent)} if sent else {},
                        "headers": [{"name": "Authorization", "value": "Bearer tok-canary-1234567"}]},
            "response": {"status": status, "headers": [], "content": {
                "mimeType": "application/scim+json", "text": json.dumps(answer) if answer else ""}},
        }
        for number, (method, path, sent, status, answer) in enumerate(exchanges)
    ]  # fmt: skip
    return json.dumps({"log": {"version": "1.2", "entries": entries}}).encode()


def as_log(*exchanges: Exchange) -> bytes:
    """As lines of an application's log, bodies at the end."""
    rows = []
    for method, path, sent, status, answer in exchanges:
        bodies = " ".join(json.dumps(one) for one in (sent, answer) if one is not None)
        rows.append(f"2026-11-22 09:00:00 INFO {method} {BASE}{path} -> {status} {bodies}")
    return "\n".join(rows).encode()


FORMS: Final = {"json": as_json, "lines": as_lines, "har": as_har, "log": as_log}
ONE: Final = "/Users/canary-id-77"
LEFT: Final = asked("PATCH", ONE, ENTRA_NEW, 204)
READ: Final = asked("GET", ONE, None, 200, jane(active=False))
BY_PUT: Final = asked("PUT", ONE, jane(active=False), 200, jane(active=False))
OTHER: Final = asked("GET", "/Users/other", None, 200, jane(id="other"))
NEVER: Final = asked("POST", "/Users", jane(active=False), 201, jane(active=False))
SEARCH: Final = "/Users?filter=userName%20eq%20%22jane.canary%40acme.test%22"
STILL: Final = asked("GET", ONE, None, 200, jane())
FOUND: Final = asked("GET", SEARCH, None, 200, {"schemas": [LIST], "totalResults": 1, "Resources": [jane()]})

LEAVERS: Final = {
    "shown as inactive": ([LEFT, READ], "scim-leaver-deactivated"),
    "shown in the answer": ([asked("PATCH", ONE, ENTRA_OLD, 200, jane(active=False))], "scim-leaver-deactivated"),
    "deleted": ([asked("DELETE", ONE, None, 204)], "scim-leaver-deactivated"),
    "gone before": ([asked("DELETE", ONE, None, 404)], "scim-leaver-deactivated"),
    "gone afterwards": ([LEFT, asked("GET", ONE, None, 404)], "scim-leaver-deactivated"),
    "by PUT, as Okta's wizard": ([BY_PUT], "scim-leaver-deactivated"),
    "still active when read": ([LEFT, STILL], "scim-server-ignores-active"),
    "still active when searched": ([LEFT, FOUND], "scim-server-ignores-active"),
    "still active in the answer": ([asked("PATCH", ONE, ENTRA_NEW, 200, jane())], "scim-server-ignores-active"),
    "refused": ([asked("PATCH", ONE, ENTRA_OLD, 400, error(400, "invalidValue"))], "scim-leaver-refused"),
    "refused, then accepted": ([asked("PATCH", ONE, ENTRA_OLD, 400), LEFT, READ], "scim-leaver-deactivated"),
    "accepted, nothing shown": ([LEFT], "scim-leaver-unconfirmed"),
    "came back before the reading": ([LEFT, asked("PATCH", ONE, RETURNS, 204), STILL], "scim-leaver-unconfirmed"),
    "somebody else is active": ([LEFT, OTHER], "scim-leaver-unconfirmed"),
    "no leaver": ([asked("PATCH", ONE, TITLED, 204)], "scim-leaver-not-seen"),
    "created inactive is no leaver": ([NEVER], "scim-leaver-not-seen"),
}  # fmt: skip
_TOLD: Final = {rule for _, rule in LEAVERS.values()}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", LEAVERS)
def test_will_a_leaver_be_deactivated(form: str, name: str) -> None:
    exchanges, rule = LEAVERS[name]
    report = doctor.check(FORMS[form](*exchanges))
    assert {one.id for one in report.findings} & _TOLD == {rule}


@pytest.mark.parametrize("form", FORMS)
def test_nothing_of_a_person_or_a_token_is_kept(form: str) -> None:
    whole = [one for exchanges, _ in LEAVERS.values() for one in exchanges]
    told = {**error(409, "uniqueness"), "detail": "the header was Bearer tok-canary-1234567"}
    refused = asked("POST", "/Users", jane(), 409, told)
    document = recognise(FORMS[form](*whole, refused), "traffic")
    assert document.kind == "capture"
    kept = repr(document._replace(source=None)) + stripped(document).decode()
    assert [word for word in CANARIES if word in kept and word != "tok-canary"] == []
    assert "tok-canary-1234567" not in kept


@pytest.mark.parametrize("form", FORMS)
def test_a_kept_capture_tells_the_same(form: str) -> None:
    for exchanges, _ in LEAVERS.values():
        document = recognise(FORMS[form](*exchanges), "traffic")
        again = capture.read(stripped(document))
        assert document.capture is not None
        assert again is not None
        assert [one.scim for one in again.exchanges] == [one.scim for one in document.capture.exchanges]


def test_a_log_without_bodies_decides_nothing() -> None:
    lines = (
        b'10.0.0.1 - - [22/Nov/2026:09:00:02 +0000] "PATCH /scim/v2/Users/123 HTTP/1.1" 204 0 "-" "Okta SCIM Client"\n'
    )
    document = recognise(lines * 2, "access.log")
    assert document.capture is not None
    assert [(one.method, one.status) for one in document.capture.exchanges] == [("PATCH", 204)] * 2
    assert document.capture.exchanges[0].scim is not None
    assert document.capture.exchanges[0].scim.agent == "Okta SCIM Client"
    assert not {one.id for one in doctor.check(lines).findings} & _TOLD


SILENT: Final = [
    asked("GET", SEARCH, None, 200, {"schemas": [LIST], "totalResults": 0}),
    asked("POST", "/Users", jane(), 201, jane()),
]


@pytest.mark.parametrize(
    ("expected", "rule"),
    [("scim.leaver_expected", "scim-deactivation-disabled"), ("scim.change_expected", "scim-updates-disabled")],
)
def test_what_is_never_sent_is_proven_by_traffic_and_a_word(expected: str, rule: str, tmp_path: Path) -> None:
    told = {"scim.leaver_expected": False, "scim.change_expected": False, expected: True}
    silent, sent = tmp_path / "silent.json", tmp_path / "sent.json"
    silent.write_bytes(as_json(*SILENT))
    sent.write_bytes(as_json(*SILENT, LEFT, asked("PUT", ONE, jane(), 200, jane())))
    assert doctor.diagnose(silent, set=told).headline == rule
    assert doctor.diagnose(silent).headline is None
    assert doctor.diagnose(sent, set=told).headline != rule


def test_a_part_of_the_traffic_proves_nothing() -> None:
    many = [asked("PATCH", f"/Users/{number}", TITLED, 204) for number in range(700)]
    for form in FORMS.values():
        document = recognise(form(*many), "traffic")
        assert document.capture is not None
        assert "too-many-exchanges" in document.capture.notes
        assert not {one.id for one in doctor.check(form(*many)).findings} & _TOLD


def test_an_error_is_evidence(tmp_path: Path) -> None:
    file = tmp_path / "error.json"
    file.write_text(json.dumps(error(409, "uniqueness")))
    found = doctor.diagnose(file)
    assert [one.id for one in found.findings if one.verdict == "confirmed"][:2] == [
        "scim-duplicate-user",
        "scim-error-answer",
    ]


@pytest.mark.parametrize(
    ("exchanges", "rule"),
    [
        ([asked("PATCH", ONE, ENTRA_OLD, 400)], "scim-patch-dialect"),
        ([asked("PATCH", "/Groups/1", ENTRA_MEMBERS, 400)], "scim-group-changes-refused"),
        ([asked("GET", SEARCH, None, 400, error(400, "invalidFilter"))], "scim-filter-unsupported"),
        ([asked("POST", "/Users", jane(), 409, error(409, "uniqueness"))], "scim-duplicate-user"),
        ([SILENT[0], asked("POST", "/Users", jane(), 409)], "scim-search-contradicted"),
        ([asked("GET", "/Users", None, 429)], "scim-rate-limited"),
        ([asked("GET", "/Users", None, 503)], "scim-server-unreachable"),
        ([asked("PATCH", f"{ONE}?aadOptscim062020", ENTRA_OLD, 204)], "scim-entra-flag-ineffective"),
        ([asked("POST", "/Users", jane(userName=None), 400)], "scim-user-name-missing"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", FORMS)
def test_traffic_names_what_is_wrong(exchanges: list[Exchange], rule: str, form: str) -> None:
    assert rule in {one.id for one in doctor.check(FORMS[form](*exchanges)).findings}


def test_healthy_traffic_has_no_error_and_no_warning() -> None:
    whole = [*SILENT, asked("PATCH", ONE, patch({"op": "replace", "path": "title", "value": "x"}), 204), LEFT, READ]
    for form in FORMS.values():
        assert [one.id for one in doctor.check(form(*whole)).findings] == ["scim-leaver-deactivated"]


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "[1, 2]", '{"method": "GET"}', '[{"method": "GET", "url": 5}]', "GET /Users",
        "/Users/jane/Downloads",
        'PATCH /scim/v2/Users/1 {"op":', '[{"method":"PATCH","url":"/scim/v2/Users/1","status":"x","body":[1]}]',
        '{"method":"GET","path":"/scim/v2/Users"}\nbroken {\n{"method":"GET","path":"/scim/v2/Users","status":200}',
    ],
)  # fmt: skip
def test_odd_logs_do_no_harm(text: str) -> None:
    assert recognise(text.encode(), "x").kind
    assert isinstance(scim_log.wires(text.encode()), list)


# ── files that nobody here wrote ───────────────────────────────────────────────────────────────────────────


def corpus() -> list[dict[str, Any]]:
    """The SCIM files beside the project."""
    manifest = CORPUS / "manifest.jsonl"
    if not manifest.is_file():
        pytest.skip("no corpus beside the project")
    rows = [json.loads(line) for line in manifest.read_text().splitlines()]
    return [row for row in rows if row["kind"] in ("scim", "scim-error")]


def test_every_scim_file_of_the_corpus_is_named() -> None:
    for row in corpus():
        document = recognise((CORPUS / row["file"]).read_bytes(), row["file"])
        assert (document.kind, document.scim and document.scim.kind != "other") == ("scim", True), row["file"]


def test_the_errors_of_the_corpus_are_named() -> None:
    for row in corpus():
        found = {one.id for one in doctor.check(CORPUS / row["file"]).findings}
        assert ("scim-error-answer" in found) == (row["kind"] == "scim-error"), row["file"]
        assert not [one for one in found if not one.startswith("scim-")], row["file"]
