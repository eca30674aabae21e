"""The factory itself: what it calls healthy can be read, and its patients are what they say."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from lxml import etree

from tests.factory import broken, certificate, metadata, providers, write_examples
from tests.factory.markup import DEFAULT, NAMESPACES, NS0, Style

if TYPE_CHECKING:
    from tests.factory.certificate import HashName, KeyKind

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
SPAN = providers.around(NOW)
FOLDER = write_examples.FOLDER
MD = "{" + NAMESPACES["md"] + "}"
PROVIDER_IDS = sorted(providers.PROVIDERS)


@pytest.mark.parametrize("provider_id", PROVIDER_IDS)
def test_healthy_parses(provider_id: str) -> None:
    root = etree.fromstring(providers.healthy(provider_id, NOW))
    assert root.tag == MD + "EntityDescriptor"
    assert root.find(f"{MD}IDPSSODescriptor/{MD}SingleSignOnService") is not None


@pytest.mark.parametrize("provider_id", PROVIDER_IDS)
def test_healthy_is_the_same_twice(provider_id: str) -> None:
    assert providers.healthy(provider_id, NOW) == providers.healthy(provider_id, NOW)


def test_sixteen_providers_with_keys_of_their_own() -> None:
    assert len(providers.PROVIDERS) == 16
    made = [one.der for p in providers.PROVIDERS.values() for one in providers.made(p, SPAN)]
    assert len(set(made)) == len(made)


def test_patients_have_names_of_their_own() -> None:
    names = [patient.name for patient in broken.PATIENTS]
    assert sorted(set(names)) == sorted(names)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in names)


def test_patients_are_distinct() -> None:
    seen: dict[tuple[bytes, tuple[tuple[str, str], ...]], str] = {}
    for patient in broken.PATIENTS:
        key = (patient.make(NOW), tuple(patient.options.items()))
        assert key not in seen, f"{patient.name} is the same file as {seen[key]}"
        seen[key] = patient.name


def test_patients_differ_from_the_healthy() -> None:
    healthy = {providers.healthy(provider_id, NOW) for provider_id in PROVIDER_IDS}
    assert not [p.name for p in broken.PATIENTS if not p.options and p.make(NOW) in healthy]


def test_a_patient_is_the_same_twice() -> None:
    assert not [patient.name for patient in broken.PATIENTS if patient.make(NOW) != patient.make(NOW)]


@pytest.mark.parametrize("digest", ["md5", "sha1", "sha256"])
def test_old_hashes_verify(digest: HashName) -> None:
    loaded = certificate.make("CN=idp.example.com", *SPAN, hash=digest).loaded
    algorithm, key = loaded.signature_hash_algorithm, loaded.public_key()
    assert algorithm is not None
    assert algorithm.name == digest
    assert isinstance(key, RSAPublicKey)
    key.verify(loaded.signature, loaded.tbs_certificate_bytes, PKCS1v15(), algorithm)


@pytest.mark.parametrize("kind", ["rsa1024", "rsa2048", "ec256", "ed25519", "dsa"])
def test_every_kind_of_key(kind: KeyKind) -> None:
    made = certificate.make("CN=idp.example.com,O=Example", *SPAN, key=kind, serial=5)
    assert made.loaded.public_key() == made.key.public_key()
    assert made.loaded.serial_number == 5


@pytest.mark.parametrize("style", [Style(), DEFAULT, NS0, Style(indent=2), Style(encoding="utf-16")])
def test_styles_mean_the_same(style: Style) -> None:
    style = style._replace(declaration="") if style.encoding == "utf-16" else style
    key = metadata.key(certificate.make("CN=idp.example.com", *SPAN))
    root = etree.fromstring(metadata.build(style=style, keys=(key,), sso=(metadata.Endpoint("https://a/b"),)))
    root_tags: list[Any] = [element.tag.rpartition("}")[2] for element in root.iter()]
    assert root_tags[:3] == ["EntityDescriptor", "IDPSSODescriptor", "KeyDescriptor"]
    assert root_tags[-1] == "SingleSignOnService"


def test_aggregate_holds_its_entities() -> None:
    entity = metadata.Entity()
    root = etree.fromstring(metadata.aggregate((entity, entity, entity), name="urn:example:federation"))
    assert root.tag == MD + "EntitiesDescriptor"
    assert len(root.findall(MD + "EntityDescriptor")) == 3


def test_examples_folder_holds_what_it_says() -> None:
    told = json.loads((FOLDER / "expected.json").read_text())
    listed = re.findall(r"^- `([^`]+)`", (FOLDER / "README.md").read_text(), re.MULTILINE)
    there = {path.name for path in FOLDER.iterdir() if path.is_file()} - {"README.md", "expected.json"}
    assert sorted(listed) == sorted(told) == sorted(there)
    assert {name.removesuffix("-healthy.xml") for name in told if "healthy" in name} == set(PROVIDER_IDS)


def test_examples_are_described_as_the_factory_would() -> None:
    assert json.loads((FOLDER / "expected.json").read_text()) == write_examples.expected()
    assert (FOLDER / "README.md").read_text() == write_examples.readme()


def test_examples_hold_no_private_key() -> None:
    assert not [path.name for path in FOLDER.rglob("*") if path.is_file() and b"PRIVATE KEY" in path.read_bytes()]


@pytest.mark.parametrize("provider_id", PROVIDER_IDS)
def test_healthy_examples_parse(provider_id: str) -> None:
    root = etree.fromstring((FOLDER / f"{provider_id}-healthy.xml").read_bytes())
    assert not list(root.iter(etree.Comment))
