"""The lookup table: a row for each product and type, those that fit what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from doctor.tui import paint
from doctor.tui.glyph import glyphs_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from doctor.catalogue.lookup import Hit


class Products(OptionList):
    """`rows` are the shown ones, each with the id of its provider."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (the framework's name)
        super().__init__(id=id)
        self.rows: list[tuple[str, Mapping[str, str]]] = []

    @property
    def chosen(self) -> tuple[str, Mapping[str, str]] | None:
        """The row under the cursor."""
        at = self.highlighted or 0
        return self.rows[at] if at < len(self.rows) else None

    def show(self, hits: Iterable[Hit]) -> None:
        """Show what was found, the best first."""
        self.rows = [(hit.id, row) for hit in hits for row in hit.rows]
        self.clear_options()
        self.add_options([Option(self._drawn(row)) for _, row in self.rows])
        if self.rows:
            self.highlighted = 0
        else:
            self.add_option(Option(Content.styled("Nothing of this type is called so.", paint.DIM), disabled=True))

    def _drawn(self, row: Mapping[str, str]) -> Content:
        name = paint.pad(row["name"], 26, glyphs_of(self).ellipsis)
        kind = (f"{row['type']:<11}", paint.STYLES["notice"])
        return Content.assemble(name, " ", kind, paint.plain(row["url"].rpartition("/")[2], paint.DIM))
