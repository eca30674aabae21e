"""Readers of the settings files that upstream SAML toolkits load in their tests (`../shared/corpus/params`).

Four formats, one answer: what the service provider of that test trusts and expects.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

_PHP: Final = re.compile(
    r"'(?P<text>(?:[^'\\]|\\.)*)'|(?P<arrow>=>)|(?P<open>array\s*\(|\[)|(?P<close>\)|\])"
    r"|\b(?P<word>true|false|null|\d+)\b|//[^\n]*|\#[^\n]*|/\*.*?\*/",
    re.DOTALL | re.IGNORECASE,
)
_WORDS: Final = {"true": True, "false": False, "null": None}
_PEM: Final = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)
_PROPERTIES: Final = {
    "sp_entity_id": "onelogin.saml2.sp.entityid",
    "acs_url": "onelogin.saml2.sp.assertion_consumer_service.url",
    "idp_entity_id": "onelogin.saml2.idp.entityid",
    "fingerprint": "onelogin.saml2.idp.certfingerprint",
}


class Settings(NamedTuple):
    """What a service provider trusts and expects; None or empty where its settings do not say.

    `certificates`: the identity provider's, each as the base64 of its DER. `fingerprint`: SHA-1 in hex, in
    place of a certificate.
    """

    sp_entity_id: str | None = None
    acs_url: str | None = None
    idp_entity_id: str | None = None
    certificates: tuple[str, ...] = ()
    fingerprint: str | None = None


def read(path: Path) -> Settings:
    """The settings of a file, by its ending. Raises `ValueError` for a format that has no reader."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return _of_tree(json.loads(text))
    if path.suffix == ".php":
        return _of_tree(php_array(text))
    if path.suffix == ".properties":
        return _of_properties(text)
    raise ValueError(f"no reader for {path.name}")


def certificate(text: str) -> str:
    """The base64 of a certificate without its PEM lines, blanks and written line ends."""
    inside = _PEM.search(text)
    return re.sub(r"\\n|\s", "", inside.group(1) if inside else text)


def php_array(text: str) -> dict[str, Any]:
    """The first array literal of a PHP file, nested arrays as dictionaries (lists get their index as key)."""
    tokens = list(_PHP.finditer(text))
    start = next(index for index, token in enumerate(tokens) if token.lastgroup == "open")
    return _array(tokens, start + 1)[0]


def _array(tokens: list[re.Match[str]], at: int) -> tuple[dict[str, Any], int]:
    """The array that begins at a token, and the place of the token behind it."""
    found: dict[str, Any] = {}
    key: str | None = None
    while tokens[at].lastgroup != "close":
        value, at = _value(tokens, at)
        if at < len(tokens) and tokens[at].lastgroup == "arrow":
            key, at = str(value), at + 1
            continue
        if value is not _NOTHING:
            found[str(len(found)) if key is None else key], key = value, None
    return found, at + 1


_NOTHING: Final = object()


def _value(tokens: list[re.Match[str]], at: int) -> tuple[Any, int]:
    token = tokens[at]
    if token.lastgroup == "open":
        return _array(tokens, at + 1)
    if token.lastgroup == "text":
        return re.sub(r"\\(['\\])", r"\1", token["text"]), at + 1
    if token.lastgroup == "word":
        word = token["word"].lower()
        return _WORDS.get(word, word), at + 1
    return _NOTHING, at + 1


def _of_tree(tree: dict[str, Any]) -> Settings:
    """Of the nested form that the PHP and Python toolkits share."""
    sp, idp = tree.get("sp", {}), tree.get("idp", {})
    several = idp.get("x509certMulti", {}).get("signing", {})
    written = [idp.get("x509cert"), *(several.values() if isinstance(several, dict) else several)]
    return Settings(
        sp_entity_id=sp.get("entityId"),
        acs_url=sp.get("assertionConsumerService", {}).get("url"),
        idp_entity_id=idp.get("entityId"),
        certificates=tuple(certificate(one) for one in written if one),
        fingerprint=_hex(idp.get("certFingerprint")),
    )


def _of_properties(text: str) -> Settings:
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line and not line.lstrip().startswith("#"))
    values = {key.strip(): value.strip() for key, _, value in pairs}
    trusted = [value for key, value in values.items() if key.startswith("onelogin.saml2.idp.x509cert")]
    found = {name: values.get(key) or None for name, key in _PROPERTIES.items()}
    return Settings(
        sp_entity_id=found["sp_entity_id"],
        acs_url=found["acs_url"],
        idp_entity_id=found["idp_entity_id"],
        certificates=tuple(certificate(one) for one in trusted if "MII" in one),
        fingerprint=_hex(found["fingerprint"]),
    )


def _hex(fingerprint: str | None) -> str | None:
    return fingerprint.replace(":", "").lower() if fingerprint else None
