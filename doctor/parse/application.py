"""Exports of an identity provider's application, of every product that doctor knows, in one normal form.

One file may hold several applications, or one application in several parts (its settings, its keys, its provisioning);
parts of one are joined, several stay several. Everything is read by a list of what is wanted, so nothing secret in an
export is ever taken over. The readers never raise, whatever the value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from doctor.parse import (
    application_adfs,
    application_authentik,
    application_entra,
    application_hosted,
    application_keycloak,
    application_okta,
    application_ping,
    application_pingfederate,
    application_simplesamlphp,
    application_sp,
    application_stored,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from doctor.model.application import Application, Provisioning
    from doctor.model.document import Document
    from doctor.parse.xml import Element

_READERS: Final[tuple[Callable[[Any], Application | None], ...]] = (
    application_okta.read, application_entra.read, application_adfs.read, application_pingfederate.read,
    application_ping.read, application_hosted.read, application_authentik.read, application_sp.read,
)  # fmt: skip
_WRAPPERS: Final = ("value", "items", "results", "clients", "data", "applications", "apps")
_FARM_WIDE: Final = (application_adfs.VENDOR, application_keycloak.VENDOR)
"""Products with one set of signing certificates for all applications."""
_MAX_DEPTH: Final = 4
_MAX_NODES: Final = 5000


def of_json(base: Document, value: Any) -> Document:
    """The document of an export; `base` as it was when the value is none."""
    if application_stored.is_stored(value):
        return _document(base, application_stored.read(value))
    return _document(base, joined(found(value)))


def of_text(base: Document, text: str) -> Document:
    """The document of a PowerShell listing, a PHP file or a blueprint; `base` as it was when the text is none."""
    for reader in (application_adfs, application_simplesamlphp, application_authentik):
        if reader.looks(text):
            return _document(base, joined(list(reader.of_text(text))))
    return base


def of_clixml(base: Document, root: Element) -> Document:
    """The document of what `Export-Clixml` saved; `base` as it was when it holds no trust."""
    return _document(base, joined(list(application_adfs.of_clixml(root))))


def written(document: Document) -> bytes:
    """What a case keeps of an export: what was read of it, and nothing else."""
    return application_stored.written(document.applications)


def _document(base: Document, applications: tuple[Application, ...]) -> Document:
    if not applications:
        return base
    told: dict[str, object] = {
        "product": applications[0].vendor,
        "applications": [one.name or one.id or one.part for one in applications[:20]],
    }
    if applications[0].protocol:
        told["protocol"] = applications[0].protocol
    if len(applications) == 1 and applications[0].name:
        told["name"] = applications[0].name
    return base._replace(kind="idp-application", applications=applications, details=told)


def found(value: Any) -> list[Application]:
    """Every application, and part of one, in a JSON value."""
    taken: list[Application] = []
    nodes = [(value, 0)]
    for at in range(_MAX_NODES):
        if at >= len(nodes) or len(taken) >= application_stored.MAX_APPLICATIONS:
            break
        node, depth = nodes[at]
        read = _read(node)
        taken += read
        if not read and depth < _MAX_DEPTH:
            nodes += [(inner, depth + 1) for inner in _inner(node)]
    return taken


def _read(node: Any) -> list[Application]:
    one = next((one for reader in _READERS if (one := reader(node)) is not None), None)
    return [one] if one is not None else application_keycloak.read(node)


def _inner(node: Any) -> list[Any]:
    """What a list, or the wrapper of one, holds."""
    if isinstance(node, list):
        return node[:_MAX_NODES]
    if not isinstance(node, dict):
        return []
    embedded = node.get("_embedded")
    inside = [one for one in embedded.values() if isinstance(one, list)] if isinstance(embedded, dict) else []
    return [*(node[name] for name in _WRAPPERS if isinstance(node.get(name), list | dict)), *inside]


def joined(parts: list[Application]) -> tuple[Application, ...]:
    """Parts of one application as one. Of several applications only what belongs to all of them is shared out."""
    whole = _same([one for one in parts if one.part == "application"])
    rest = [one for one in parts if one.part != "application"]
    if not whole:
        return tuple(_joined_rest(rest))
    if len(whole) == 1:
        for one in rest:
            whole = [_join(whole[0], one)] if one.vendor == whole[0].vendor else whole
        return tuple(whole)
    for one in rest:
        if one.part == "certificates" and one.vendor in _FARM_WIDE:
            whole = [_join(each, one) if each.vendor == one.vendor else each for each in whole]
    return tuple(whole)


def _same(applications: list[Application]) -> list[Application]:
    """Answers about the same application as one: Entra shows each in two objects."""
    found: dict[object, Application] = {}
    for number, one in enumerate(applications):
        key = (one.vendor, one.client_id) if one.vendor == application_entra.VENDOR and one.client_id else number
        found[key] = _join(found[key], one) if key in found else one
    return list(found.values())


def _joined_rest(parts: list[Application]) -> list[Application]:
    found: dict[str, Application] = {}
    for one in parts:
        found[one.vendor] = _join(found[one.vendor], one) if one.vendor in found else one
    return list(found.values())


def _join(one: Application, other: Application) -> Application:
    """The first with what only the second shows; certificates go together with their names."""
    told = {name: theirs for name, theirs in other._asdict().items()
            if getattr(one, name) in (None, ()) and theirs not in (None, ())}  # fmt: skip
    if one.certificates and other.certificates:
        told["certificates"] = (*one.certificates, *other.certificates)
        told["key_ids"] = (*one.key_ids, *other.key_ids)
    if one.provisioning and other.provisioning:
        told["provisioning"] = _join_provisioning(one.provisioning, other.provisioning)
    told["more_attributes"] = tuple(dict.fromkeys((*one.more_attributes, *other.more_attributes)))
    return one._replace(**told)


def _join_provisioning(one: Provisioning, other: Provisioning) -> Provisioning:
    return one._replace(**{name: theirs for name, theirs in other._asdict().items() if getattr(one, name) is None})
