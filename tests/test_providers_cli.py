"""`doctor providers`: what people type finds the product, the table is whole, wrong words get an answer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from doctor.catalogue import lookup
from doctor.cli.main import main
from doctor.engine import choose
from doctor.engine.rulebook import shipped
from doctor.model.error import UsageError

if TYPE_CHECKING:
    from doctor.catalogue.lookup import Hit

ROOT = Path(__file__).parents[1]
GUIDE = Path(__file__).parents[2] / "shared" / "reference" / "integration-guide.txt"
PRODUCTS = shipped().providers
Capture = pytest.CaptureFixture[str]


def found(query: str, kind: str | None = None) -> list[Hit]:
    return lookup.search(PRODUCTS, query, kind)


def told(words: list[str], capsys: Capture) -> dict[str, Any]:
    assert main([*words, "--format", "json"]) == 0
    data: dict[str, Any] = json.loads(capsys.readouterr().out)
    name = data["schema"].split("/")[1]
    schema = json.loads((ROOT / f"doctor/report/schema/{name}-1.json").read_text("utf-8"))
    wrong = [f"{list(one.absolute_path)}: {one.message}" for one in Draft202012Validator(schema).iter_errors(data)]
    assert wrong == []
    return data


def refused(words: list[str], capsys: Capture) -> str:
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    return err


# ── searching ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("query", "id_", "types"),
    [
        ("azure ad", "entra-id", ["SAML", "OIDC", "SCIM"]),
        ("Azure-AD", "entra-id", ["SAML", "OIDC", "SCIM"]),
        ("entra", "entra-id", ["SAML", "OIDC", "SCIM"]),
        ("okta scim", "okta", ["SCIM"]),
        ("SCIM for Okta", "okta", ["SCIM"]),
        ("adfs", "microsoft-ad-fs", ["SAML"]),
        ("AD FS", "microsoft-ad-fs", ["SAML"]),
        ("google oauth", "google-workspace", ["OAuth"]),
        ("google social login", "google-workspace", ["OAuth"]),
        ("simple saml php", "simplesamlphp", ["General"]),
        ("shibboleth unsolicited", "shibboleth", ["SAML", "SAML"]),
        ("ping", "pingone", ["SAML"]),
        ("jump", "jumpcloud", ["SAML", "SCIM"]),
        ("keyclok", "keycloak", ["SAML"]),
        ("oktta", "okta", ["SAML", "OIDC", "SCIM"]),
        ("generic saml", "generic-saml", ["General"]),
        ("linked in", "linkedin", ["OAuth"]),
    ],
)
def test_what_people_type_finds_the_product(query: str, id_: str, types: list[str]) -> None:
    best = found(query)[0]
    assert (best.id, [row["type"] for row in best.rows]) == (id_, types)


@pytest.mark.parametrize("id_", [each for each in PRODUCTS if each != "generic"])
def test_every_name_finds_its_own_product_first(id_: str) -> None:
    for name in (id_, PRODUCTS[id_]["name"], *PRODUCTS[id_]["aliases"]):
        hit = found(name)[0]
        assert (hit.id, hit.distance) == (id_, 0), name


def test_a_name_is_not_hidden_by_a_type_in_it() -> None:
    assert [row["type"] for row in found("custom saml")[0].rows] == ["General"]


def test_a_bare_type_gives_every_product_with_such_a_row() -> None:
    scim = found("scim")
    assert scim[0].id == "generic-scim"
    assert sum(len(hit.rows) for hit in scim[1:]) == 8
    assert {row["type"] for hit in scim[1:] for row in hit.rows} == {"SCIM"}


def test_a_type_that_is_asked_for_narrows() -> None:
    assert [row["type"] for row in found("okta", "SCIM")[0].rows] == ["SCIM"]
    assert found("okta scim", "SAML") == []
    assert len(found("", "OAuth")) == 10


def test_nothing_is_found_where_nothing_is() -> None:
    for query in ("xyzzy", "zzzz saml", "qq"):
        assert found(query) == []


def test_an_empty_query_is_the_whole_table() -> None:
    assert sum(len(hit.rows) for hit in found("")) == 71


@given(st.text(max_size=400))
def test_any_query_is_answered(query: str) -> None:
    hits = found(query)
    assert [hit.distance for hit in hits] == sorted(hit.distance for hit in hits)
    assert all(hit.rows for hit in hits)


# ── the decision tree ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("id_", "advice"),
    [
        ("okta", ["use-saml", "use-scim"]),
        ("google-workspace", ["use-saml", "use-native-directory", "use-social-login"]),
        ("login-gov", ["use-oidc"]),
        ("github", ["use-social-login"]),
        ("bamboohr", ["use-native-directory"]),
        ("generic-scim", ["use-scim"]),
        ("simplesamlphp", ["use-saml"]),
        ("auth0", ["use-saml"]),
        ("react-native-expo", []),
    ],
)
def test_the_tree_says_which_type_fits(id_: str, advice: list[str]) -> None:
    book = shipped()
    speaks = [row.speaks for row in choose.rows_of(book, id_)]
    assert [one.advice for one in choose.recommended(book, speaks)] == advice


def test_saml_comes_before_openid_connect() -> None:
    assert choose.advice(shipped(), "sign-in", ["OIDC", "SAML"]) == choose.Advised(
        "sign-in", "use-saml", "Use a SAML connection", "SAML"
    )


def test_a_directory_without_any_row_is_imported_from_files() -> None:
    advised = choose.advice(shipped(), "directory", ["SAML"])
    assert advised is not None
    assert (advised.advice, advised.type) == ("use-file-import", "SFTP")


def test_every_advice_of_the_tree_names_a_type_or_none() -> None:
    tree = next(one for one in shipped().trees if one.id == choose.TREE)
    ends = set(tree.advice) - {"undecided", "no-enterprise-sign-in"}
    assert ends == set(choose._TYPES)


# ── the command ─────────────────────────────────────────────────────────────────────────────────────


def guide_rows() -> list[tuple[str, str, str]]:
    lines = GUIDE.read_text(encoding="utf-8").splitlines()
    start = lines.index("|---|---|---|") + 1
    table = lines[start : lines.index("Step 2: Set Up the Connection")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    whole = [row if row[2] else ["LinkedIn", *row] for row in rows]
    return sorted((name, type_, url) for name, type_, url, *_ in whole)


@pytest.mark.skipif(not GUIDE.exists(), reason="the integration guide is not at hand")
def test_the_command_prints_the_guides_table_to_the_byte(capsys: Capture) -> None:
    rows = [row for one in told(["providers"], capsys)["providers"] for row in one["rows"]]
    assert sorted((row["name"], row["type"], row["url"]) for row in rows) == guide_rows()


def test_the_text_names_each_row_with_its_link(capsys: Capture) -> None:
    assert main(["providers"]) == 0
    out = capsys.readouterr().out
    assert out.endswith("71 rows, 55 products\n")
    for product in PRODUCTS.values():
        for row in product["rows"]:
            assert row["url"] in out


def test_one_product_comes_with_the_tree(capsys: Capture) -> None:
    data = told(["providers", "okta", "scim"], capsys)
    assert [one["type"] for one in data["recommended"]] == ["SAML", "SCIM"]
    main(["providers", "azure ad"])
    assert "doctor setup entra-id saml" in " ".join(capsys.readouterr().out.split())


def test_the_whole_table_comes_without_it(capsys: Capture) -> None:
    assert told(["providers"], capsys)["recommended"] == []


@pytest.mark.parametrize("kind", ["SAML", "saml", "Social", "directory"])
def test_a_type_in_any_writing(kind: str, capsys: Capture) -> None:
    types = {row["type"] for one in told(["providers", "--type", kind], capsys)["providers"] for row in one["rows"]}
    assert types == {lookup.SPOKEN[kind.lower()]}


@pytest.mark.parametrize("id_", [each for each in PRODUCTS if each != "generic"])
def test_show_tells_a_product_whole(id_: str, capsys: Capture) -> None:
    one = told(["providers", "show", id_], capsys)["provider"]
    product = PRODUCTS[id_]
    assert [field["label"] for field in one["fields"]] == list(product["label"].values())
    assert len(one["pitfalls"]) == len(product["gotchas"])
    assert len(one["rows"]) == len(product["rows"])
    assert all(field["source"] for field in one["fields"])
    main(["providers", "show", id_])
    out = " ".join(capsys.readouterr().out.split())
    for row in product["rows"]:
        assert row["url"] in out
    for label in product["label"].values():
        assert " ".join(label.split()) in out
    known = ("gotchas", "label", "console", "fingerprints", "metadata_url_pattern", "certificate_lifetime", "scalekit")
    whole = all(product[key] for key in known) and all(row.setup for row in choose.rows_of(shipped(), id_))
    assert ("not established" in out) is not whole


def test_show_takes_a_name_of_several_words(capsys: Capture) -> None:
    assert told(["providers", "show", "azure", "ad"], capsys)["provider"]["id"] == "entra-id"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["providers", "xyzzy"], "no provider is called 'xyzzy'"),
        (["providers", "okta", "--type", "OAuth"], "Okta has no row of the type OAuth\n  it has SAML, OIDC, SCIM"),
        (["providers", "--type", "smal"], "there is no type 'smal'; did you mean saml?"),
        (["providers", "show"], "show needs the id or the name of a provider"),
        (["providers", "show", "oktaa"], "there is no provider 'oktaa', did you mean okta?"),
        (["providers", "show", "supabase"], "did you mean supabase-authkit or supabase-sso?"),
        (["providers", "show", "okta", "--type", "SAML"], "show prints a product whole"),
        (["providers", "--tpye", "SAML"], "unrecognized arguments"),
    ],
)
def test_wrong_words_get_an_answer(words: list[str], said: str, capsys: Capture) -> None:
    assert said in refused(words, capsys)


def test_an_unknown_provider_gets_the_list(capsys: Capture) -> None:
    err = refused(["providers", "show", "nobody"], capsys)
    assert all(each in err for each in PRODUCTS if each != "generic")


def test_escape_sequences_do_not_reach_the_terminal(capsys: Capture) -> None:
    assert "\x1b" not in refused(["providers", "\x1b[31mzzzz"], capsys)


def test_an_ambiguous_name_is_no_guess() -> None:
    row = {"name": "Same", "type": "SAML", "url": "example.com/same"}
    twins = {each: {"name": "Same", "aliases": [], "rows": [row]} for each in ("a", "b")}

    class Book:
        providers = twins

    with pytest.raises(UsageError, match="more than one provider"):
        choose.provider_called(Book(), "same")  # type: ignore[arg-type]


# ── what it costs ───────────────────────────────────────────────────────────────────────────────────

_WATCHED = """
import json, sys
opened = []
sys.addaudithook(lambda name, args: opened.append(str(args[0])) if name == "open" else None)
from doctor.cli.main import main
main({words!r})
sys.stderr.write("\\n" + json.dumps([opened, sorted(sys.modules)]))
"""


def watched(*words: str) -> tuple[set[str], set[str]]:
    """The names of JSON files that a command line opens, and the modules that it loads."""
    code = _WATCHED.format(words=list(words))
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    opened, modules = json.loads(done.stderr.rpartition("\n")[2])
    return {Path(name).name for name in opened if name.endswith(".json")}, set(modules)


def test_a_check_reads_nothing_of_the_setups(tmp_path: Path) -> None:
    main(["rules", "list", "--output", str(tmp_path / "rules.txt")])
    opened, _ = watched("check", "examples/okta-broken.xml", "--at", "2026-11-22T09:00:00Z")
    assert "prose.json" in opened
    assert "providers.json" not in opened


def test_the_table_needs_no_parser_and_no_yaml() -> None:
    opened, modules = watched("providers", "okta")
    assert "providers.json" in opened
    assert modules & {"yaml", "lxml", "cryptography", "httpcore", "ssl", "sqlite3", "re2", "signxml"} == set()
