"""What is loaded while somebody looks at the first screen, so that no key waits for it later."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from doctor.tui import key

if TYPE_CHECKING:
    from doctor.tui.desk import Desk

MODULES: Final = (
    *(f"doctor.tui.screens.{name}" for name in (*key.SCREENS, "dialog", "export", "open", "asked")),
    "doctor.tui.giving", "doctor.tui.palette", "doctor.tui.clipboard", "doctor.tui.taking", "textual.system_commands",
    "doctor.casework", "doctor.sources.case_store", "doctor.sources.display", "doctor.report.json",
    "doctor.parse.metadata", "doctor.parse.aggregate", "doctor.parse.certificate", "doctor.parse.verify",
    "doctor.parse.har", "doctor.parse.capture", "doctor.parse.response", "doctor.engine.pattern",
    "doctor.engine.handoff", "doctor.engine.flow", "doctor.sources.watching", "doctor.sources.online",
    "doctor.tui.picture",
)  # fmt: skip
"""Screens, and what long work begins with; each brings what it needs. The first page that people open comes first."""


def up(desk: Desk) -> None:
    """Load it all. Called in a worker."""
    for name in MODULES:
        import_module(name)
    book = desk.book
    from doctor.model.document import KINDS

    for kind in KINDS:
        book.for_kind(kind)
    book.for_case()
    book.trees, book.errors, book.guides  # noqa: B018  (they are read when first asked for)
