"""The error files: their shape, that every pattern matches its examples, and that nothing points nowhere."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import re2
import yaml

from doctor.facts.registry import registry

ROOT: Final = Path(__file__).parent.parent
KEYS: Final = (
    "id", "code", "pattern", "emitter", "idp", "protocol", "stage", "means", "look", "suspects", "facts", "sets",
    "source", "examples",
)  # fmt: skip
PROTOCOLS: Final = {"saml", "oidc", "oauth", "scim", "sso", "metadata"}
STAGES: Final = {
    "request", "login", "response", "authorize", "token", "callback", "provisioning", "metadata", "config", "webhook",
}  # fmt: skip
KINDS: Final = {"bool": bool, "number": int, "enum": str, "text": str}
"""What a constant of `sets` may be, by the type of its fact."""
FROM_TEXT: Final = {"url", "text", "number"}
"""The types that a piece of text can be read as."""

PHRASES: Final = (
    ("Recipient mismatch", "acs-url-mismatch"),
    ("Audience mismatch", "sp-entity-id-mismatch"),
    ("Signature invalid", "certificate-stale"),
    ("Response expired", "clock-skew"),
    ("NameID missing", "name-id-missing"),
    ("SCIM 401 Unauthorized", "scim-token-rejected"),
    ("401 Unauthorized", "scim-token-rejected"),
    ("SCIM 404 Not Found", "scim-endpoint-not-found"),
    ("404 Not Found", "scim-endpoint-not-found"),
    ("Users sync but no attributes", "scim-attributes-unmapped"),
    ("SCIM sync no attributes", "scim-attributes-unmapped"),
    ("Users created but not updated", "scim-updates-disabled"),
    ("Deactivated users still active", "scim-deactivation-disabled"),
    ("SCIM users not deactivated", "scim-deactivation-disabled"),
    ("redirect_uri_mismatch", "oauth-redirect-uri-mismatch"),
    ("invalid_client", "oauth-client-invalid"),
    ("access_denied", "oauth-access-denied"),
    ("Scopes error", "oauth-scope-unsupported"),
    ("Organization not found", "organization-missing"),
    ("Organization not found", "organization-connection-unlinked"),
    ("Domain not verified", "organization-domain-unverified"),
    ('Connection stuck in "Draft"', "metadata-not-uploaded"),
    ('Connection stuck in "Validating"', "certificate-expired"),
    ('Connection stuck in "Validating"', "acs-url-mismatch"),
    ("our users don't get deactivated", "scim-deactivation-disabled"),
    ("people who leave can still log in", "scim-deactivation-disabled"),
    ("the audience in the assertion doesn't match our entity ID", "sp-entity-id-mismatch"),
    ("the metadata URL returns a login page", "metadata-is-html-page"),
)
QUOTED: Final = (
    ("Recipient mismatch: expected https://a.example/acs, got https://a.example/acs/",
     {"sp.acs_url": "https://a.example/acs", "idp.acs_url": "https://a.example/acs/"}),
    ("audience is invalid: expected https://a.example/sp got https://a.example/other",
     {"sp.entity_id": "https://a.example/sp", "idp.audience": "https://a.example/other"}),
    ("Invalid Audience. The audience urn:one, did not match the expected audience urn:two",
     {"sp.entity_id": "urn:two", "idp.audience": "urn:one"}),
    (("AADSTS50011: The reply URL 'https://a.example/acs' specified in the request does not match the reply URLs "
     "configured for the application 'https://a.example/sp'."),
     {"sp.acs_url": "https://a.example/acs", "sp.entity_id": "https://a.example/sp"}),
    (("AADSTS50011: The redirect URI 'https://a.example/cb' specified in the request does not match the redirect URIs "
     "configured for the application '00000000-1111-2222-3333-444444444444'."),
     {"oauth.expected_redirect_uri": "https://a.example/cb"}),
    ("Unknown SAML issuer. Expected: urn:one Received: urn:two",
     {"idp.expected_entity_id": "urn:one", "response.issuer": "urn:two"}),
    ("The status code of the Response was not Success, was Responder -> no such attribute",
     {"response.status": "Responder"}),
)  # fmt: skip
HARMLESS: Final = (
    "Hello, we would like to set up single sign-on next week. Please tell us what you need.",
    "Everything works now, thank you. Users, groups and attributes arrive as they should.",
    "The address is https://app.example.com/callback?code=x&state=y and the audience is https://app.example.com.",
)


@cache
def entries() -> tuple[dict[str, Any], ...]:
    files = sorted((ROOT / "rules" / "errors").glob("*.yaml"))
    return tuple(entry for file in files for entry in yaml.safe_load(file.read_text(encoding="utf-8")))


@cache
def rules() -> frozenset[str]:
    files = (ROOT / "rules").rglob("*.yaml")
    return frozenset(file.stem for file in files if file.parent.name not in {"rules", "errors", "trees"})


@cache
def providers() -> frozenset[str]:
    data = yaml.safe_load((ROOT / "providers.yaml").read_text(encoding="utf-8"))
    return frozenset(one["id"] for one in data["providers"])


@cache
def compiled(pattern: str) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return re2.compile(pattern, options=options)


def found(text: str) -> list[tuple[dict[str, Any], dict[str, str]]]:
    """The entries that the text matches, each with the values that it quotes, by fact."""
    hits = ((entry, compiled(entry["pattern"]).search(text)) for entry in entries())
    return [
        (entry, {name: hit.groupdict()[group] for name, group in entry["facts"].items() if hit.groupdict()[group]})
        for entry, hit in hits
        if hit is not None
    ]


def listed(problems: list[str]) -> str:
    return f"{len(problems)} problems:\n" + "\n".join(problems)


def test_enough_entries_with_ids_of_their_own() -> None:
    counts = Counter(entry["id"] for entry in entries())
    problems = [f"{name}: {count} times" for name, count in counts.items() if count > 1]
    problems += [f"{name}: not kebab-case" for name in counts if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)]
    assert not problems, listed(problems)
    assert len(counts) >= 250


def test_every_entry_has_its_shape() -> None:
    problems = [f"{e['id']}: keys {list(e)}" for e in entries() if tuple(e) != KEYS]
    problems += [f"{e['id']}: {e['protocol']}" for e in entries() if e["protocol"] not in PROTOCOLS]
    problems += [f"{e['id']}: {e['stage']}" for e in entries() if e["stage"] not in STAGES]
    problems += [f"{e['id']}: idp {e['idp']}" for e in entries() if e["idp"] and e["idp"] not in providers()]
    problems += [f"{e['id']}: {key}" for e in entries() for key in ("means", "source", "examples") if not e[key]]
    problems += [f"{e['id']}: means is no single line" for e in entries() if "\n" in e["means"]]
    assert not problems, listed(problems)


def test_every_pattern_matches_its_examples_and_not_everything() -> None:
    problems = [
        f"{entry['id']}: {example}"
        for entry in entries()
        for example in entry["examples"]
        if compiled(entry["pattern"]).search(example) is None
    ]
    problems += [f"{e['id']}: matches {text!r}" for text in ("", *HARMLESS) for e, _ in found(text)]
    assert not problems, listed(problems)


def test_every_group_is_a_fact_and_some_example_quotes_it() -> None:
    problems = []
    for entry in entries():
        groups = set(compiled(entry["pattern"]).groupindex)
        if groups != set(entry["facts"].values()):
            problems.append(f"{entry['id']}: groups {sorted(groups)}, facts {entry['facts']}")
            continue
        hits = [compiled(entry["pattern"]).search(example) for example in entry["examples"]]
        problems += [
            f"{entry['id']}: no example quotes {group}" for group in groups if not any(hit[group] for hit in hits)
        ]
    assert not problems, listed(problems)


def test_every_fact_exists_and_takes_its_value() -> None:
    problems = []
    for entry in entries():
        for name in (*entry["facts"], *entry["sets"]):
            if name not in registry():
                problems.append(f"{entry['id']}: there is no fact {name}")
                continue
            kind = registry()[name][0].type
            if name in entry["facts"] and kind.name not in FROM_TEXT:
                problems.append(f"{entry['id']}: {name} is no text")
            if name in entry["sets"] and not _fits(kind, entry["sets"][name]):
                problems.append(f"{entry['id']}: {name} cannot be {entry['sets'][name]!r}")
    assert not problems, listed(problems)


def _fits(kind: Any, value: Any) -> bool:
    return type(value) is KINDS.get(kind.name) and (kind.name != "enum" or value in kind.values)


def test_every_suspect_is_a_rule() -> None:
    problems = [f"{entry['id']}: {name}" for entry in entries() for name in entry["suspects"] if name not in rules()]
    problems += [f"{e['id']}: a suspect twice" for e in entries() if len(set(e["suspects"])) < len(e["suspects"])]
    assert not problems, listed(problems)


@pytest.mark.parametrize(("phrase", "suspect"), PHRASES)
def test_a_phrase_of_the_guide_points_to_its_cause(phrase: str, suspect: str) -> None:
    assert suspect in {name for entry, _ in found(phrase) for name in entry["suspects"]}


@pytest.mark.parametrize(("text", "facts"), QUOTED)
def test_a_text_tells_the_values_that_it_quotes(text: str, facts: dict[str, str]) -> None:
    told = {name: value for _, quoted in found(text) for name, value in quoted.items()}
    assert told == facts
