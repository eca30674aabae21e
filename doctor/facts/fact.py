"""What a fact is: a name, a type, a meaning, and how it is derived and obtained.

The types are few, since rules compare plain things: text, url, number, bool, time, an enum of words,
a list of words, a record, a collection of records.
"""

# Annotations are evaluated here: kept as texts, each would be compiled on its own when its class is made, which is
# half of what importing costs.
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from doctor.model.state import ABSENT, Unknown

if TYPE_CHECKING:
    from doctor.model.document import Document


T = TypeVar("T")


class Type(NamedTuple):
    """The type of a fact. `values` of an enum or list, `fields` of a record or collection; a field may be personal."""

    name: str
    values: tuple[str, ...] = ()
    fields: dict[str, "Type"] = {}  # noqa: RUF012  (never mutated)
    personal: bool = False


TEXT: Final = Type("text")
URL: Final = Type("url")
NUMBER: Final = Type("number")
BOOL: Final = Type("bool")
TIME: Final = Type("time")
WORDS: Final = Type("list")
PERSONAL: Final = Type("text", personal=True)
"""A text of which only its shape is shown."""


def enum(*values: str) -> Type:
    """One of these words."""
    return Type("enum", values)


def words(*values: str) -> Type:
    """A list of words, each one of these (any, when none is given)."""
    return Type("list", values)


def record(**fields: Type) -> Type:
    """One thing with these fields."""
    return Type("record", (), fields)


def collection(item: Type) -> Type:
    """Several records of one kind; may be empty."""
    return Type("collection", (), item.fields)


class Fact(NamedTuple):
    """One declared fact. Its meaning is the docstring of `derive`, or `meaning` where it has none.

    `on` names the kinds of documents (or `case`, or `*` for every document) that can tell it;
    `optional` says that it may be absent, so that a condition must ask `exists` first; `how` tells a
    person how to give it; `personal` and `secret` govern masking.
    """

    name: str
    type: Type
    derive: Callable[["View"], Any] | None
    on: tuple[str, ...]
    optional: bool = False
    meaning: str = ""
    how: str = ""
    label: str = ""
    personal: bool = False
    secret: bool = False

    @property
    def doc(self) -> str:
        """The meaning in one paragraph."""
        return self.meaning or " ".join(((self.derive and self.derive.__doc__) or "").split())


class NoDocument(LookupError):  # noqa: N818  (a state, not a failure)
    """A fact was asked of a view that has no document (or no entity) to tell it."""


def only(found: object, kind: type[T]) -> T:
    """What a document holds, when it is of this type. Raises `NoDocument`."""
    if not isinstance(found, kind):
        raise NoDocument
    return found


PENDING: Final = Unknown.of("pending")
"""The value of a fact while it is being derived: a document may ask the case, and the case its documents."""


class View(dict[str, Any]):
    """The facts of one document (or of the case), derived when first asked for.

    `parent` is the view of the case; a fact that the document cannot tell is asked there. `now` is the
    moment of judgement; `recognise` tells the identity-provider product from observed values (the
    catalogue knows how). Values given beforehand (options, answers, examples) are simply set. `around` are
    the documents that belong to the same sign-in: the partners of the one in view.
    """

    __slots__ = ("_document", "around", "derivations", "now", "parent", "recognise", "sources")

    def __init__(
        self,
        derivations: dict[str, Callable[["View"], Any]],
        now: datetime,
        document: "Document | None" = None,
        parent: "View | None" = None,
    ) -> None:
        super().__init__()
        self.derivations = derivations
        self._document = document
        self.now = now
        self.parent = parent
        self.sources: dict[str, str] = {}
        self.around: list[Document] = [] if parent is None else parent.around
        self.recognise: Callable[[dict[str, tuple[str, ...]]], Any] | None = (
            None if parent is None else parent.recognise
        )

    @property
    def document(self) -> "Document":
        """The document in view. Raises `NoDocument` when there is none."""
        if self._document is None:
            raise NoDocument
        return self._document

    @property
    def has_document(self) -> bool:
        """Whether there is a document in view."""
        return self._document is not None

    def __missing__(self, name: str) -> Any:
        derive = self.derivations.get(name)
        if derive is not None:
            self[name] = PENDING  # whoever asks back while it is derived learns nothing from here
            try:
                value = derive(self)
            except NoDocument:
                value = Unknown.of(name)
            except BaseException:
                del self[name]  # a defect is met again by whoever asks next
                raise
            if value.__class__ is Unknown and self.parent is not None:
                value = self.parent.said(name, value)
        elif self.parent is not None:
            value = self.parent[name]
        else:
            value = Unknown.of(name)
        self[name] = value
        return value

    def said(self, name: str, otherwise: Any) -> Any:
        """What somebody told of a fact that a document cannot show."""
        return dict.get(self, name, otherwise)


def given(value: Any) -> Any:
    """`ABSENT` for None or empty text: we looked, and it is not there."""
    return ABSENT if value is None or value == "" else value


def mapped(view: View, name: str, answer: Callable[[Any], Any]) -> Any:
    """`answer` of a fact's value; a state (absent, unknown) passes through as it is."""
    value = view[name]
    return value if value is ABSENT or isinstance(value, Unknown) else answer(value)


def cheaper(first: Any, second: Any) -> Any:
    """The first of two ways to know a thing; when nobody has looked yet, only this one is missing.

    When the first could not be had (declined, failed) and the second is unknown too, both are missing.
    """
    if not isinstance(first, Unknown) or not isinstance(second, Unknown):
        return second if isinstance(first, Unknown) else first
    return first | second if any(first.missing.values()) else first


def inputs(view: View, *names: str) -> tuple[Any, ...] | Unknown | Any:
    """The values of these facts; or the union of what is unknown among them; or ABSENT.

    This is how states flow through a derivation: unknown wins over absent, absent over values.
    """
    values = tuple([view[name] for name in names])
    unknown = [value for value in values if value.__class__ is Unknown]
    if unknown:
        joined = unknown[0]
        for other in unknown[1:]:
            joined |= other
        return joined
    return ABSENT if ABSENT in values else values
