"""Exports of applications: what is read of each product's shape, what is found on each change, and that no secret
leaves them."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doctor import casework, library
from doctor.engine import judge
from doctor.engine.rulebook import shipped
from doctor.facts import export
from doctor.parse import application_stored, blueprint, php, powershell
from doctor.parse.application_value import algorithm, flag, hexed, moment, name_id_format
from doctor.parse.recognise import recognise
from doctor.sources import exhibit
from tests.evidence import AT, put, ran
from tests.factory import application as factory
from tests.factory.application import ACS, CALLBACK, CANARY, NOW, SCIM, SHAPES, SP, healthy
from tests.factory.application_patient import PATIENTS, Patient

if TYPE_CHECKING:
    from pathlib import Path

    from doctor.model.application import Application
    from doctor.model.document import Document

EXPECTED: Final = {
    "sp.acs_url": ACS, "sp.entity_id": SP, "oauth.expected_redirect_uri": CALLBACK, "scim.endpoint": SCIM,
    "sp.wants_signed_assertions": True, "sp.can_decrypt": True, "sp.name_id_format": "any",
}  # fmt: skip
ALL: Final = (*SHAPES, *factory.OTHERS)
WEIGHTY: Final = ("error", "warning")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCTOR_HOME", str(tmp_path / "home"))


def read(data: bytes) -> Document:
    return recognise(data, "export")


def the(data: bytes) -> Application:
    (one,) = read(data).applications
    return one


def facts(data: bytes, **given: Any) -> Any:
    """The facts of an export, with what is expected behind them."""
    case = judge.case_view(NOW, EXPECTED | given, {})
    return judge.document_view(read(data), case)


def checked(data: bytes) -> list[str]:
    """What `check` confirms, with both sides told."""
    found = library.check(data, at=NOW, acs_url=ACS, sp_entity_id=SP)
    assert not [one for one in found.findings if str(one.verdict) == "crashed"]
    return [one.id for one in found.findings]


def diagnosed(*files: str) -> dict[str, str]:
    """The verdict of each rule in a diagnosis with everything told."""
    found = casework.diagnose(*files, set=EXPECTED, at=NOW)
    assert all(str(one.verdict) != "crashed" for one in found.findings)
    return {one.id: str(one.verdict) for one in reversed(found.findings)}


# --- what is read


@pytest.mark.parametrize("shape", ALL)
def test_recognised(shape: str) -> None:
    found = read(healthy(shape))
    assert (found.kind, found.input.problem) == ("idp-application", None)
    assert found.applications
    assert found.details["product"] in ("entra-id", "microsoft-ad-fs", "generic", shape.partition("-")[0])


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if "oidc" not in shape and shape != "authentik-blueprint"])
def test_both_sides_are_read(shape: str) -> None:
    told = facts(healthy(shape))
    assert (told["idp.acs_url"], told["acs.difference"]) == (ACS, "none")
    assert (told["idp.audience"], told["audience.difference"]) == (SP, "none")


_SIGNED: Final = {
    "okta": "both", "adfs": "assertion", "adfs-clixml": "assertion", "keycloak": "both", "pingone": "assertion",
    "onelogin": "assertion", "pingfederate": "both", "auth0": "assertion", "simplesamlphp": "both",
    "authentik": "assertion",
}  # fmt: skip


@pytest.mark.parametrize("shape", _SIGNED)
def test_what_is_signed(shape: str) -> None:
    told = facts(healthy(shape))
    assert (told["application.signs"], told["application.signature_algorithm"]) == (_SIGNED[shape], "rsa-sha256")


@pytest.mark.parametrize("shape", ["okta", "adfs", "keycloak", "onelogin", "pingfederate", "auth0", "simplesamlphp"])
def test_attributes(shape: str) -> None:
    told = facts(healthy(shape))
    assert told["application.missing_attributes"] == ()
    assert {"email", factory.EMAIL} & {one.name for one in told["application.attributes"]}


def test_attributes_under_other_names() -> None:
    names = {"email": "urn:oid:1.2.840.113549.1.9.1", "firstName": "urn:oid:2.5.4.42", "lastName": "who"}
    mappers = [
        {"protocol": "saml", "protocolMapper": "x", "config": {"user.attribute": source, "attribute.name": name}}
        for source, name in names.items()
    ]
    data = factory.written(factory.changed(factory.keycloak(), ("protocolMappers",), mappers))
    assert facts(data)["application.missing_attributes"] == ()


_LASTING: Final = ("okta", "keycloak", "onelogin", "pingone-parts", "pingfederate", "auth0", "simplesamlphp", "adfs")


@pytest.mark.parametrize("shape", _LASTING)
def test_what_the_name_id_is_filled_with(shape: str) -> None:
    assert facts(healthy(shape))["application.name_id_kind"] == ("email" if shape == "adfs" else "lasting")


@pytest.mark.parametrize("shape", ["okta-parts", "entra", "onelogin", "auth0", "keycloak-realm"])
def test_the_active_certificate(shape: str) -> None:
    told = facts(healthy(shape))
    (one,) = told["idp.signing_certificates"]
    assert one.days_left in (399, 400)
    assert told["idp.newer_certificate_inactive"] is False or shape == "auth0"


def test_a_newer_certificate_waits() -> None:
    data = factory.written(factory.changed(factory.okta_keys(), (0, "credentials", "signing", "kid"), "kidB"))
    assert facts(data)["idp.newer_certificate_inactive"] is True


def test_parts_of_one_application_are_joined() -> None:
    (one,) = read(healthy("okta-parts")).applications
    assert one.provisioning == (SCIM, "running", True, True, True, None, None)
    assert (one.assignments, one.signing_key, one.key_ids) == (1, "kidA", ("kidA", "kidB"))
    (one,) = read(healthy("entra-parts")).applications
    assert one.provisioning is not None
    assert (one.assignments, one.provisioning.update, one.provisioning.state) == (1, True, "running")
    assert facts(healthy("entra-parts"))["scim.attributes_mapped"] is True


def test_both_objects_of_entra_are_one() -> None:
    (one,) = read(factory.written([factory.entra_application(), factory.entra()])).applications
    assert (one.protocol, one.enabled, one.secret_expires) == ("saml", True, factory.instant(100))


def test_keys_in_pascal_case() -> None:
    pascal = {name[:1].upper() + name[1:]: value for name, value in factory.entra().items()}
    assert the(factory.written(pascal))._replace(certificates=None) == the(healthy("entra"))._replace(certificates=None)


def test_a_realm_without_its_own_clients() -> None:
    assert [one.name for one in read(healthy("keycloak-realm")).applications] == ["Acme"]


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ({"realm": "acme", "keycloakVersion": "26.0"}, "list-only"),
        ({"realm": "acme", "clients": [{"clientId": "account", "redirectUris": []}]}, "list-only"),
        ({"realm": "acme", "auth-server-url": "https://x", "resource": "a", "credentials": {"secret": "x"}}, "sp-side"),
        ([{"appInstanceId": "0oa1", "linkUrl": "https://ORG.okta.com/x", "label": "Acme"}], "list-only"),
        ([{"id": 1, "connector_id": 2, "name": "Acme"}], "list-only"),
        ({"strategy": "samlp", "options": {"signInEndpoint": "https://x"}, "name": "up"}, "broker"),
        (
            {"id": "0oa", "type": "SAML2", "protocol": {"type": "SAML2"}, "policy": {}, "issuerMode": "ORG_URL"},
            "broker",
        ),
    ],
)
def test_other_files_of_the_same_products(value: Any, wrong: str) -> None:
    data = factory.written(value)
    assert facts(data)["application.wrong"] == wrong
    expected = "application-settings-missing" if wrong == "list-only" else "application-wrong-direction"
    assert checked(data) == [expected]


def test_a_flow_that_is_left_out_is_not_switched_off() -> None:
    data = factory.written(factory.changed(factory.keycloak_oidc(), ("standardFlowEnabled",), ...))
    assert "application-oauth-code-grant-disabled" not in checked(data)


def test_files_as_windows_powershell_writes_them() -> None:
    for data in (healthy("adfs"), healthy("adfs-text"), healthy("adfs-clixml")):
        wide = b"\xff\xfe" + data.decode().encode("utf-16-le")
        assert the(wide).audiences == (SP,)


def test_a_listing_loses_the_addresses() -> None:
    one = the(healthy("adfs-text"))
    assert (one.acs, one.lost, one.signs_assertion, one.name_id_set) == (None, ("acs",), True, True)
    assert one.name_id_format == "email"
    taken_apart = f"@{{Binding=POST; Protocol=SAMLAssertionConsumer; Location={ACS}}}"
    cut = factory.changed(factory.adfs(), ("SamlEndpoints", 0), taken_apart)
    assert [address.url for address in the(factory.written(cut)).acs or ()] == [ACS]
    cut = factory.changed(factory.adfs(), ("SamlEndpoints", 0), "Microsoft.IdentityServer.Resources.SamlEndpoint")
    assert the(factory.written(cut)).lost == ("acs",)


def test_absent_is_not_false() -> None:
    bare = {"clientId": SP, "protocol": "saml", "redirectUris": [ACS], "attributes": {}}
    told = facts(factory.written(bare))
    for name in ("application.signs", "application.encrypts", "idp.name_id_configured", "application.enabled",
                 "idp.wants_signed_requests", "application.signature_algorithm", "scim.updates_enabled"):  # fmt: skip
        assert type(told[name]).__name__ == "Unknown", name


def test_a_default_is_named_as_assumed() -> None:
    data = factory.written({"nameIdentifierProbes": ["x"], "passthroughClaimsWithNoMapping": False})
    assert the(data).assumed == ("signs_response", "signature_algorithm", "digest_algorithm")
    assert facts(data)["application.signature_algorithm"] == "rsa-sha1"


def test_a_catalogue_application_shows_no_address() -> None:
    sign_on: dict[str, Any] = {
        "ssoAcsUrl": None,
        "audience": None,
        "attributeStatements": [],
        "subjectNameIdTemplate": None,
    }
    data = factory.written(factory.changed(factory.okta(), ("settings", "signOn"), sign_on))
    told = facts(data)
    names = ("idp.acs_url", "idp.audience", "application.missing_attributes")
    assert {type(told[name]).__name__ for name in names} == {"Unknown"}
    assert not {"acs-url-mismatch", "name-id-missing", "application-email-unmapped"} & set(checked(data))


# --- several applications in one file


def several(*changes: tuple[tuple[Any, ...], Any]) -> bytes:
    """A list of applications: the one that is meant (with these changes) and two others."""
    mine = factory.okta()
    for where, now in changes:
        mine = factory.changed(mine, where, now)
    others = []
    for host in ("a", "b"):
        text = json.dumps(factory.okta()).replace("sp.example.com", f"{host}.other.test")
        others.append(json.loads(text))
    return factory.written([others[0], mine, others[1]])


def test_the_one_that_is_meant_is_chosen() -> None:
    assert facts(several())["acs.difference"] == "none"
    assert "application-not-told-apart" not in checked(several())


def test_the_one_that_is_nearly_right_is_chosen() -> None:
    data = several((("settings", "signOn", "ssoAcsUrl"), ACS + "/"), (("settings", "signOn", "audience"), SP + "/"))
    assert facts(data)["acs.difference"] == "trailing-slash"
    assert {"acs-url-mismatch", "sp-entity-id-mismatch"} <= set(checked(data))


def test_none_is_chosen_without_a_reason() -> None:
    data = several()
    found = library.check(data, at=NOW, acs_url="https://elsewhere.test/acs")
    assert [one.id for one in found.findings] == ["application-not-told-apart"]
    assert "3 applications" in found.findings[0].message
    assert [one.id for one in library.check(data, at=NOW).findings] == ["application-not-told-apart"]


def test_two_that_are_alike_are_not_told_apart() -> None:
    data = factory.written([factory.okta(), factory.okta()])
    assert "application-not-told-apart" in checked(data)


# --- what is found


@pytest.mark.parametrize("shape", SHAPES)
def test_healthy_exports_are_healthy(shape: str, tmp_path: Path) -> None:
    data = healthy(shape)
    found = library.check(data, at=NOW, acs_url=ACS, sp_entity_id=SP)
    weighty = [one.id for one in found.findings if one.severity in WEIGHTY]
    assert weighty == []
    confirmed = [name for name, verdict in diagnosed(put(tmp_path, "export", data)).items() if verdict == "confirmed"]
    severe = {data["id"] for data in shipped().all_data() if data["severity"] in WEIGHTY}
    assert not severe & set(confirmed)


@pytest.mark.parametrize("patient", PATIENTS, ids=lambda one: one.name)
def test_patient(patient: Patient, tmp_path: Path) -> None:
    if patient.shape not in factory.OTHERS:
        well = put(tmp_path, "well", healthy(patient.shape))
        assert diagnosed(well).get(patient.rule) != "confirmed"
    data = patient.data()
    assert diagnosed(put(tmp_path, "export", data)).get(patient.rule) == "confirmed"
    if patient.rule not in ONLY_DIAGNOSED:
        assert patient.rule in checked(data)


ONLY_DIAGNOSED: Final = ("application-assertion-unsigned", "scim-endpoint-not-found", "oauth-redirect-uri-mismatch")
"""Rules that hold the export against what no option of `check` tells."""


def test_every_rule_of_exports_has_a_patient() -> None:
    ids = {data["id"] for data in shipped().all_data() if data["document"] == ["idp-application"]}
    without = ids - {patient.rule for patient in PATIENTS}
    assert without == {"application-not-told-apart"}


def test_parts_in_several_files_are_one_application(tmp_path: Path) -> None:
    parts = [factory.entra_application(), *factory.entra_job()]
    parts[4] = factory.changed(parts[4], ("value",), [])
    files = [put(tmp_path, f"{number}.json", part) for number, part in enumerate(parts)]
    found = casework.diagnose(*files, set=EXPECTED, at=NOW)
    confirmed = [one.id for one in found.findings if str(one.verdict) == "confirmed"]
    assert confirmed.count("application-unassigned") == 1
    assert not {"acs-url-mismatch", "sp-entity-id-mismatch"} & set(confirmed)


def test_a_response_and_an_export_stand_side_by_side(tmp_path: Path) -> None:
    from tests.evidence import response

    wrong = factory.changed(factory.okta(), ("settings", "signOn", "ssoAcsUrl"), ACS + "/")
    files = [put(tmp_path, "r.xml", response(ACS + "/", SP)), put(tmp_path, "a.json", wrong)]
    assert diagnosed(*files)["acs-url-mismatch"] == "confirmed"


def test_the_connection_lacks_the_active_certificate(tmp_path: Path) -> None:
    from tests.evidence import scalekit

    pem = factory.made(300, 5).pem
    connection = scalekit({"sp_entity_id": SP, "sp_assertion_url": ACS, "idp_certificates": [{"certificate": pem}]})
    files = [put(tmp_path, "c.json", connection), put(tmp_path, "a.json", healthy("entra"))]
    assert diagnosed(*files)["certificate-stale"] == "confirmed"
    connection["saml_config"]["idp_certificates"] = [{"certificate": factory.made().pem}]
    files[0] = put(tmp_path, "c.json", connection)
    assert diagnosed(*files).get("certificate-stale") != "confirmed"


def test_the_format_of_the_name_id(tmp_path: Path) -> None:
    file = put(tmp_path, "a.json", healthy("keycloak"))
    for wanted, verdict in (("email", "confirmed"), ("persistent", "ruled-out"), ("any", "ruled-out")):
        found = casework.diagnose(file, set=EXPECTED | {"sp.name_id_format": wanted}, at=NOW)
        assert next(str(one.verdict) for one in found.findings if one.id == "name-id-format-wrong") == verdict


def test_unsigned_requests_where_signed_ones_are_wanted(tmp_path: Path) -> None:
    changed = factory.changed(factory.adfs(), ("SignedSamlRequestsRequired",), True)
    for data, verdict in ((factory.written(changed), "confirmed"), (healthy("adfs"), "ruled-out")):
        found = casework.diagnose(put(tmp_path, "a.json", data), set=EXPECTED | {"request.signed": False}, at=NOW)
        assert next(str(one.verdict) for one in found.findings if one.id == "authn-request-unsigned") == verdict


def test_the_person_is_not_assigned_where_nobody_is(tmp_path: Path) -> None:
    parts = factory.changed(factory.entra_job(), (3, "value"), [])
    assert diagnosed(put(tmp_path, "a.json", parts))["user-not-assigned"] == "confirmed"
    assert diagnosed(put(tmp_path, "a.json", factory.entra_job())).get("user-not-assigned") != "confirmed"


def test_the_product_speaks_in_its_own_words(tmp_path: Path) -> None:
    found = library.check(
        factory.written(factory.changed(factory.adfs(), ("Identifier",), [SP + "/"])), at=NOW, sp_entity_id=SP
    )
    assert found.subjects[0].provider == "microsoft-ad-fs"
    assert any("Relying party trust identifier" in line for one in found.findings for line in one.fix)
    file = put(tmp_path, "a.json", factory.changed(factory.adfs(), ("Identifier",), [SP + "/"]))
    fixes = [line for one in casework.diagnose(file, set=EXPECTED, at=NOW).findings for line in one.fix]
    assert any("Relying party trust identifier" in line for line in fixes)


# --- secrets


@pytest.mark.parametrize("shape", ALL)
def test_no_secret_leaves_an_export(shape: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = put(tmp_path, "export", healthy(shape))
    assert CANARY in healthy(shape).decode()
    sides = ("--acs-url", ACS + "/", "--sp-entity-id", SP + "/", "--at", AT)
    outputs = [ran(capsys, "check", file, *sides, *more) for more in ((), ("--format", "json"), ("--compact",))]
    outputs += [
        ran(capsys, "diagnose", file, *sides, "--no-input", "--case", "acme", "--explain"),
        ran(capsys, "diagnose", "--case", "acme", "--no-input", "--format", "json"),
        ran(capsys, "cases", "export", "acme", "--output", str(tmp_path / "case.json")),
    ]
    for one in outputs:
        assert CANARY not in one.out + one.err
    for kept in [tmp_path / "case.json", *(tmp_path / "home").rglob("*")]:
        assert CANARY.encode() not in (kept.read_bytes() if kept.is_file() else b""), kept


@pytest.mark.parametrize("shape", ALL)
def test_what_is_kept_tells_the_same(shape: str) -> None:
    document = read(healthy(shape))
    kept = exhibit.stripped(document)
    assert CANARY.encode() not in kept
    again = recognise(kept, document.name)
    assert (again.kind, again.applications) == ("idp-application", document.applications)
    assert exhibit.stripped(again) == kept


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        (f"https://ann:{CANARY}@sp.example.com/acs", "https://sp.example.com/acs"),
        (f"https://sp.example.com/acs?a=b&token={CANARY}9f8e7d", "https://sp.example.com/acs?a=b&token=[removed]"),
        ("https://sp.example.com/acs?so=00DM0000000F", "https://sp.example.com/acs?so=00DM0000000F"),
    ],
)
def test_secrets_in_addresses_are_left_out(url: str, kept: str) -> None:
    data = factory.written(factory.changed(factory.okta(), ("settings", "signOn", "ssoAcsUrl"), url))
    assert [one.url for one in the(data).acs or ()] == [kept]


def test_a_kept_export_is_not_trusted() -> None:
    wild = {"vendor": 5, "part": "x", "wrong": ["y"], "acs": [{"url": 7}, "z"], "enabled": "yes", "certificates": [{}]}
    data = factory.written({"schema": application_stored.SCHEMA, "applications": [wild, 4]})
    (one,) = read(data).applications
    assert (one.vendor, one.part, one.wrong, one.enabled) == ("generic", "application", None, None)
    assert (one.acs, one.certificates) == ((), ())


# --- whatever the bytes


_JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=8,
)  # fmt: skip


def _paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path for key, one in inner for path in ((*at, key), *_paths(one, (*at, key)))]


_PLACES: Final = {shape: _paths(made()) for shape, made in SHAPES.items() if not isinstance(made(), str)}


_QUIET: Final = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
_EVERYWHERE: Final = [(shape, where) for shape, places in _PLACES.items() for where in places]


@settings(max_examples=200, deadline=None, suppress_health_check=_QUIET)
@given(st.sampled_from(_EVERYWHERE), _JSON)
def test_any_value_anywhere(place: tuple[str, tuple[Any, ...]], value: Any) -> None:
    shape, where = place
    data = factory.written(factory.changed(SHAPES[shape](), where, value))
    document = read(data)
    kept = exhibit.stripped(document)
    assert recognise(kept, "export").applications == document.applications
    checked(data)


def test_claim_rules_that_break_off_prove_nothing_missing() -> None:
    """The rule that issues the NameID may stand behind the place where the listing was cut."""
    half = factory.adfs_text()[: factory.adfs_text().index('@RuleName = "NameID"') + 60].encode()
    told = {one.id for one in library.check(half).findings}
    assert "application-export-cut" in told
    assert not told & {"name-id-missing", "application-email-unmapped"}


_TEXTS: Final = ("simplesamlphp", "authentik-blueprint", "adfs-clixml", "adfs-text")


@settings(max_examples=100, deadline=None, suppress_health_check=_QUIET)
@given(st.sampled_from(_TEXTS), st.integers(0, 3000), st.integers(0, 40), st.text(max_size=6))
def test_any_text_anywhere(shape: str, at: int, length: int, text: str) -> None:
    whole = healthy(shape).decode()
    checked((whole[:at] + text + whole[at + length :]).encode("utf-8", "replace"))


_ONE: Final = b'{"signOnMode":"SAML_2_0","settings":{"signOn":{"ssoAcsUrl":"https://a.test/acs"}}}'
_HOSTILE: Final = {
    "deep json": b"[" * 100_000,
    "deep wrappers": b'{"value":' * 500 + b"1" + b"}" * 500,
    "deep php": b"<?php $metadata['x'] = " + b"[" * 50_000,
    "text without end": b"<?php $metadata['x'] = ['" + b"\\'" * 500_000,
    "many beginnings": b"<?php " + b"$metadata['x'] = [ " * 20_000,
    "many items": b"<?php $metadata['x'] = [" + b"'a' => ['b' => 1], " * 50_000 + b"];",
    "comment without end": b"<?php $metadata['x'] = [/*" + b"/*" * 200_000,
    "deep yaml": b"entries:\n- model: authentik_x\n" + b"".join(b" " * n + b"a:\n" for n in range(1000)),
    "deep flow": b"entries:\n- model: authentik_x\n  attrs: " + b"{a: " * 20_000,
    "long listing": b"IsPrimary : True\nCertificateType : x\n" + b"A : 1\n" * 100_000,
    "many applications": b"[" + b",".join([_ONE] * 3000) + b"]",
    "odd rules": json.dumps(
        {**factory.adfs(), "IssuanceTransformRules": '"' * 100_000 + ";=> issue(" * 10_000}
    ).encode(),
}


@pytest.mark.parametrize("name", _HOSTILE)
def test_hostile_files_end_soon(name: str) -> None:
    begin = time.perf_counter()
    checked(_HOSTILE[name])
    assert time.perf_counter() - begin < 10


# --- small readers


@pytest.mark.parametrize(
    ("text", "value"),
    [("'a'", "a"), ('"a\\n"', "a\n"), ("'it\\'s'", "it's"), ("true", True), ("NULL", None), ("12", 12), ("1.5", 1.5),
     ("['a', 'b']", {0: "a", 1: "b"}), ("array('x' => 1,)", {"x": 1}), ("[3 => 'a', 'b']", {3: "a", 4: "b"}),
     ("[ /* no */ 'a', # no\n 'b' // no\n]", {0: "a", 1: "b"})],
)  # fmt: skip
def test_php(text: str, value: Any) -> None:
    assert php.assignments(f"<?php $m['k'] = {text};", "m") == [("m", "k", value)]


def test_php_that_computes() -> None:
    computed = "'a' => getenv('X'), 'b' => 'x' . 'y', 'c' => \"v $x\", 'd' => Foo::BAR"
    ((_, _, found),) = php.assignments(f"$m['k'] = [{computed}, 'e' => [1, f([2, 3])], 'f' => 1];", "m")
    assert {name: found[name] for name in "abcd"} == dict.fromkeys("abcd", php.COMPUTED)
    assert (found["e"], found["f"]) == ({0: 1, 1: php.COMPUTED}, 1)


def test_php_of_which_a_part_is_broken() -> None:
    text = "$m['a'] = [ 'x' => ;\n$m['b'] = ['y' => 1];\n// $m['c'] = ['z' => 1];\n$m['d']['e'] = 1; $n['f'] = [1];"
    assert [one.key for one in php.assignments(text, "m")] == ["b"]


def test_old_metadata_of_simplesamlphp() -> None:
    text = f"$metadata['{SP}'] = array('AssertionConsumerService' => '{ACS}', 'simplesaml.nameidattribute' => 'uid');"
    one = the(text.encode())
    assert ([each.url for each in one.acs or ()], one.name_id_source, one.signs_response) == ([ACS], "uid", True)


def test_an_entity_id_that_is_computed_is_not_known() -> None:
    one = the(
        b"<?php $metadata[$base . '/sp'] = ['AssertionConsumerService' => $base . '/acs', 'NameIDFormat' => 'x'];"
    )
    assert (one.audiences, one.acs, one.name_id_format) == (None, None, "other")


def test_powershell_listing() -> None:
    found = powershell.objects("A : 1\r\nB : {x, y}\r\nC : one\r\n    two\r\n\r\nA : 2\r\n")
    assert found == [{"A": "1", "B": ["x", "y"], "C": "one\ntwo"}, {"A": "2"}]
    assert powershell.properties("@{A=1; B=https://x/?a=b}") == {"A": "1", "B": "https://x/?a=b"}
    assert powershell.properties("Some.Type") is None


def test_blueprint() -> None:
    text = 'version: 1\nentries:\n  - model: a.b\n    attrs: {x: [1, "a, b"], y: {z: true}}\n    # no\n'
    text += "  -\n    model: !Env X\n    list:\n    - one\n    - two: 2\n      three: 'x # y'\n"
    found = blueprint.entries(text)
    assert found[0] == {"model": "a.b", "attrs": {"x": ["1", "a, b"], "y": {"z": True}}}
    assert found[1] == {"model": blueprint.REFERENCE, "list": ["one", {"two": "2", "three": "x # y"}]}


def test_values() -> None:
    algorithms = {
        "RSA_SHA256": "rsa-sha256", "SHA-1": "rsa-sha1", "SHA256withRSAandMGF1": "rsa-pss-sha256",
        "SHA-348": "rsa-sha384", "ECDSA_SHA512": "ecdsa-sha512", "DSA_SHA1": "dsa-sha1", "SHA1withDSA": "dsa-sha1",
        "x": None,
    }  # fmt: skip
    assert {one: algorithm(one) for one in algorithms} == algorithms
    flags: list[Any] = ["true", "0", 1, None, "maybe", []]
    assert [flag(each) for each in flags] == [True, False, True, None, None, None]
    formats: dict[Any, Any] = {
        factory.FORMAT: "email",
        "username": "unspecified",
        "urn:x:y": "other",
        "": None,
        None: None,
    }
    assert {one: name_id_format(one) for one in formats} == formats
    assert hexed("KiITMSRwPi37R+1DavW4X+DRPK4=") == "2a22133124703e2dfb47ed436af5b85fe0d13cae"
    assert hexed("2A:22133124703E2DFB47ED436AF5B85FE0D13CAE") == "2a22133124703e2dfb47ed436af5b85fe0d13cae"
    assert str(moment("/Date(-2208988800000)/"))[:10] == "1900-01-01"
    assert str(moment("2026-11-22T05:36:14.0000000Z"))[:16] == "2026-11-22 05:36"
    assert (moment("22.11.2026 05:36:14"), moment("/Date(99999999999999999)/")) == (None, None)


_PATTERNS: Final = (
    ("https://a/*", "https://a/x", True), ("https://a/*", "https://b/x", False), ("*", "https://a", True),
    ("a", "a", True), ("https://*.a/cb", "https://x.a/cb", True), ("https://*.a/cb", "https://x.b/cb", False),
    ("ab*ba", "aba", False),
)  # fmt: skip


@pytest.mark.parametrize(("pattern", "url", "expected"), _PATTERNS)
def test_patterns(pattern: str, url: str, *, expected: bool) -> None:
    assert export.fits(pattern, url) is expected


@pytest.mark.parametrize(
    ("validator", "expected"),
    [("^https:\\/\\/sp\\.example\\.com\\/saml\\/acs$", True), ("https://sp.example.com/.*", True), (".*", True),
     ("^https://other.*", False), ("^https://(a|b)$", None), ("^\\w+$", None), ("", None)],
)  # fmt: skip
def test_validators(validator: str, *, expected: bool | None) -> None:
    data = factory.written(factory.changed(factory.onelogin(), ("configuration", "validator"), validator))
    found = facts(data)["application.validator_takes_acs"]
    assert found is expected or (expected is None and type(found).__name__ == "Unknown")
