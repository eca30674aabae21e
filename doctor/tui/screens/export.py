"""What a screen shows, as a file: JSON, Markdown, HTML, text, or a picture of it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from doctor.model.error import UsageError
from doctor.tui import paint, picture
from doctor.tui.screens.dialog import Dialog
from doctor.tui.screens.page import Page

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from doctor.tui.app import DoctorApp
    from doctor.tui.screens.page import Exported

FORMS = {
    "json": "JSON, the same as the command line's", "md": "Markdown", "html": "HTML", "txt": "text",
    "svg": "picture of the screen (SVG)",
}  # fmt: skip


def offer(app: DoctorApp) -> None:
    """Ask in which form the page that is seen is written, once what it has to give is there."""
    page = app.screen
    if not isinstance(page, Page):
        return
    shown = picture.svg(app)

    def ask(found: Exported | None) -> None:
        if page.is_current:  # nobody has gone on to another one meanwhile
            app.push_screen(Export(found, shown, page.NAME))

    app.work("preparing", page.exports, ask)


class Export(Dialog):
    """Choose the form, see the file's name, write it."""

    def __init__(self, exported: Exported | None, shown: str, place: str) -> None:
        """`exported` is None where a screen has nothing but its picture, `shown`, to give; `place` names the screen."""
        super().__init__()
        self._exported, self._shown, self._place = exported, shown, place
        self._forms = list(FORMS) if exported is not None else ["svg"]
        self._offered = self._named(self._forms[0])

    def compose(self) -> ComposeResult:
        """Forms and the name."""
        with self.boxed("Export"):
            yield OptionList(*(Option(paint.plain(FORMS[form])) for form in self._forms), id="forms")
            yield Static("File", classes="said")
            yield Input(self._offered, id="file")
            yield Static("enter writes it, esc leaves it", classes="hint")

    def _named(self, form: str) -> str:
        plain = re.sub(r"[^\w.-]+", "-", self._exported.name if self._exported else self._place).strip("-.") or "export"
        return str(_free(Path.cwd() / f"doctor-{plain}.{form}"))

    def on_mount(self) -> None:
        """Begin with the form."""
        self.query_one(OptionList).focus()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """The name ends like the form, unless somebody has given another one."""
        field, named = self.query_one(Input), self._named(self._forms[event.option_index])
        if field.value in (self._offered, named):
            field.value = self._offered = named

    def on_option_list_option_selected(self) -> None:
        """Write it."""
        self._write()

    def on_input_submitted(self) -> None:
        """Write it."""
        self._write()

    def _write(self) -> None:
        from doctor.tui.app import DoctorApp

        form = self._forms[self.query_one(OptionList).highlighted or 0]
        name = self.query_one(Input).value.strip() or self._named(form)
        path, text, app = Path(name).expanduser(), self.written(form), self.app
        self.dismiss()
        if isinstance(app, DoctorApp):
            app.work(
                f"writing {path}", lambda: write(path, text), lambda _: app.notify(f"written: {path}", markup=False)
            )

    def written(self, form: str) -> str:
        """The text of one form."""
        from doctor.report import letter

        one = self._exported
        if form == "svg" or one is None:
            return self._shown
        if form == "json":
            return one.json
        blocks = [letter.title(one.name), letter.code(*one.text.rstrip("\n").split("\n"))]
        if form == "md":
            return one.markdown or letter.markdown(blocks)
        if form == "html":
            return one.html or letter.html([blocks], one.name)
        return one.text


def _free(path: Path) -> Path:
    """The path, or the first beside it that nothing has yet: report.json, report-2.json and so on."""
    beside = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in range(2, 1000))
    return next((one for one in (path, *beside) if not os.path.lexists(one)), path)


def write(path: Path, text: str) -> None:
    """Write a file that is not there yet. Raises `UsageError`."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{path} is there already", "give another name") from None
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}", "give another folder") from None
