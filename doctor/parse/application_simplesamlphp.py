"""SimpleSAMLphp: service providers in `saml20-sp-remote.php`. The file is PHP: it is read, never run.

A setting that is missing stands at the value of `saml20-idp-hosted.php`, else at the documented default; since that
other file is not at hand, only the defaults for signing are assumed, and named as such.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from doctor.model.application import Address, Application, Mapped
from doctor.parse import application_value as value
from doctor.parse import php

if TYPE_CHECKING:
    from doctor.model.document import Certificate

VENDOR: Final = "simplesamlphp"
_METADATA: Final = re.compile(r"\$metadata\s*\[[^\]\n]{1,2000}\]\s*=\s*(?:\[|array\b)", re.IGNORECASE)
_SOURCES: Final = re.compile(r"\$config\s*=\s*(?:\[|array\b)", re.IGNORECASE)
_BINDINGS: Final = {"HTTP-POST": "post", "HTTP-Redirect": "redirect", "HTTP-Artifact": "artifact", "PAOS": "paos"}
_HOSTED: Final = frozenset({"privatekey", "auth", "host"})
_REMOTE_IDP: Final = "SingleSignOnService"


def looks(text: str) -> bool:
    """Whether a text holds metadata of SimpleSAMLphp, or its authentication sources."""
    head = text[: php.MAX_BYTES]
    return _METADATA.search(head) is not None or (_SOURCES.search(head) is not None and "saml:SP" in head)


def of_text(text: str) -> tuple[Application, ...]:
    """The service providers in a file."""
    found = php.assignments(text, "metadata")
    if not found and "saml:SP" in text:
        return (Application(VENDOR, wrong="sp-side", name="authsources.php"),)
    return tuple(_entry(one.key or "", one.value) for one in found if isinstance(one.value, dict))


def _entry(entity_id: str, given: dict[Any, Any]) -> Application:
    if _REMOTE_IDP in given or given.get("metadata-set") == "saml20-idp-remote":
        return Application(VENDOR, wrong="broker", name=entity_id)
    if "AssertionConsumerService" not in given and not _HOSTED.isdisjoint(given):
        return Application(VENDOR, wrong="idp-itself", name=entity_id)
    return _provider(entity_id, given)


def _provider(entity_id: str, given: dict[Any, Any]) -> Application:
    response, assertion = _flag(given, "saml20.sign.response"), _flag(given, "saml20.sign.assertion")
    algorithm = value.algorithm(given.get("signature.algorithm"))
    encrypts = _flag(given, "assertion.encryption")
    names = given.get("NameIDFormat")
    wants = next((found for name in ("validate.authnrequest", "redirect.validate")
                  if (found := _flag(given, name)) is not None), None)  # fmt: skip
    settings = (("signs_response", response), ("signs_assertion", assertion), ("signature_algorithm", algorithm))
    return Application(
        VENDOR, id=entity_id, name=_name(given) or entity_id, protocol="saml", enabled=True,
        acs=_addresses(given.get("AssertionConsumerService")) if "AssertionConsumerService" in given else None,
        audiences=(entity_id, *_texts(given.get("audience"))) if entity_id else None,
        name_id_format=value.name_id_format(next(iter(_texts(names)), None)), name_id_source=_name_id(given),
        attributes=_attributes(given), more_attributes=() if "attributes" in given else ("every attribute at hand",),
        signs_response=response is not False, signs_assertion=assertion is not False,
        signature_algorithm=algorithm or "rsa-sha256", encrypts=encrypts,
        encryption_certificates=_certificates(given, "encryption") or None,
        request_certificates=_certificates(given, "signing") or None, wants_signed_requests=wants,
        assumed=tuple(name for name, found in settings if found is None),
    )  # fmt: skip


def _flag(given: dict[Any, Any], name: str) -> bool | None:
    found = given.get(name)
    return found if isinstance(found, bool) else None


def _texts(given: Any) -> tuple[str, ...]:
    items = list(given.values()) if isinstance(given, dict) else [given]
    return tuple(one for item in items[: value.MAX_ITEMS] if (one := value.verbatim(item)))


def _name(given: dict[Any, Any]) -> str | None:
    found = given.get("name")
    return value.filled(found.get("en", next(iter(found.values()), None)) if isinstance(found, dict) else found)


def _addresses(given: Any) -> tuple[Address, ...] | None:
    """The addresses: one text in old files, else a list; None where PHP would compute it."""
    if given is php.COMPUTED:
        return None
    items = list(given.values())[: value.MAX_ITEMS] if isinstance(given, dict) else [given]
    if isinstance(given, dict) and "Location" in given:
        items = [given]
    found = [_address(one) for one in items]
    return tuple(one for one in found if one is not None)


def _address(given: Any) -> Address | None:
    if isinstance(given, str):
        return Address(given, "post", None, is_default=True)
    parts = given if isinstance(given, dict) else {}
    url = value.verbatim(parts.get("Location"))
    binding = _BINDINGS.get(str(parts.get("Binding")).rpartition(":")[2])
    return Address(url, binding, value.count(parts.get("index")), parts.get("isDefault") is True) if url else None


def _processing(given: dict[Any, Any]) -> list[dict[Any, Any]]:
    filters = given.get("authproc")
    return [one for one in filters.values() if isinstance(one, dict)] if isinstance(filters, dict) else []


def _name_id(given: dict[Any, Any]) -> str | None:
    """The attribute of the filter that makes the NameID; old files name it directly."""
    for one in _processing(given):
        if str(one.get("class")).startswith("saml:AttributeNameID"):
            return value.filled(one.get("identifyingAttribute", one.get("attribute")))
    return value.filled(given.get("simplesaml.nameidattribute"))


def _attributes(given: dict[Any, Any]) -> tuple[Mapped, ...] | None:
    """The attributes that are released, under the names that the filters give them."""
    if "attributes" not in given:
        return None
    renamed: dict[str, str] = {}
    for one in _processing(given):
        if one.get("class") == "core:AttributeMap":
            renamed |= {str(name): new for name, new in one.items() if isinstance(new, str) and name != "class"}
    behind = {new: name for name, new in renamed.items()}
    return tuple(Mapped(name, behind.get(name, name)) for name in _texts(given["attributes"]))


def _certificates(given: dict[Any, Any], use: str) -> tuple[Certificate, ...]:
    """The service provider's certificates that stand in the file; one that is named by its file is not at hand."""
    keys = given.get("keys")
    listed = [one for one in keys.values() if isinstance(one, dict)] if isinstance(keys, dict) else []
    found = [one.get("X509Certificate") for one in listed if one.get(use, True) is not False]
    return value.certificates([*found, given.get("certData")], use)
