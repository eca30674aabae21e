"""Facts of the bytes themselves: what they look like, what stopped the parser, how they were fetched."""

from __future__ import annotations

from typing import Any, Final

from doctor.facts.fact import BOOL, NUMBER, TEXT, Fact, View, enum, given
from doctor.model.document import KINDS

FORMS: Final = ("xml", "html", "json", "text", "pem", "der", "base64", "binary", "empty", "none")
PROBLEMS: Final = (
    "none", "not-well-formed", "doctype", "too-large", "too-deep", "encoding", "empty", "not-json",
    "content-before-declaration",
)  # fmt: skip
FAILURES: Final = (
    "none", "bad-url", "dns", "refused", "timeout", "tls", "private-address", "too-large", "redirects", "scheme",
    "protocol", "evidence-url",
)  # fmt: skip
LOOKS: Final = (
    "none", "saml-message", "saml-parameter", "saml-namespace", "archive", "token-request", "key-set", "application-export",
)  # fmt: skip
ARCHIVES: Final = ("gzip", "zip", "7z", "xz", "bzip2", "zstd", "rar")
_SAML_WORDS: Final = (b"SAML", b"Issuer>", b"Assertion>", b"NameID>", b"StatusCode ")
_LOOK: Final = 65536
_MESSAGE_ROOTS: Final = ("Response", "Assertion", "AuthnRequest", "LogoutRequest", "LogoutResponse")


def kind(view: View) -> Any:
    """What kind of document the input is."""
    return view.document.kind


def form(view: View) -> Any:
    """What the bytes look like."""
    return view.document.input.form


def problem(view: View) -> Any:
    """What stopped the parser."""
    return view.document.input.problem or "none"


def detail(view: View) -> Any:
    """The parser's own words on what stopped it."""
    return given(view.document.input.detail)


def line(view: View) -> Any:
    """The line on which the parser stopped, from 1."""
    return given(view.document.input.place.line)


def column(view: View) -> Any:
    """The column in which the parser stopped, from 1."""
    return given(view.document.input.place.column)


def size(view: View) -> Any:
    """The size of the input in bytes."""
    return view.document.input.size


def root(view: View) -> Any:
    """The first element as it is written, with its prefix."""
    return given(view.document.input.root or view.document.details.get("root"))


def namespace(view: View) -> Any:
    """The namespace of a root element that is not of a known kind."""
    return given(view.document.details.get("namespace"))


def root_is_message(view: View) -> Any:
    """Whether the root element is named like a SAML message, not like metadata."""
    return view.document.input.root.rpartition(":")[2] in _MESSAGE_ROOTS


def looks_like(view: View) -> Any:
    """What an input that could not be read looks like all the same: a SAML message that is cut or damaged, a
    parameter whose value holds no message, a whole message in a namespace that is not SAML's, an archive, a request
    to a token endpoint, a key set whose keys are no list of keys, an application's export of which the end is missing."""
    if marked := view.document.details.get("looks_like"):
        return marked
    return "saml-namespace" if _foreign(view) else "none"


def _foreign(view: View) -> bool:
    """Whether this is well-formed XML, named like a SAML message and speaking of SAML, that no reader knew."""
    document = view.document
    if document.kind != "unknown" or document.input.problem not in (None, "content-before-declaration"):
        return False
    head = (document.source or b"")[:_LOOK].replace(b"\0", b"")
    return bool(root_is_message(view)) and any(word in head for word in _SAML_WORDS)


def archive(view: View) -> Any:
    """How an archive is packed."""
    return given(view.document.details.get("archive"))


def parameter(view: View) -> Any:
    """The name of a parameter whose value holds no SAML message."""
    return given(view.document.details.get("parameter"))


def bom(view: View) -> Any:
    """The encoding that a byte order mark announces."""
    return given(view.document.input.bom)


def encoding(view: View) -> Any:
    """The encoding that the XML declaration names."""
    return given(view.document.input.encoding)


def encoding_problem(view: View) -> Any:
    """Why the declared encoding does not fit the bytes."""
    return given(view.document.input.encoding_problem)


def page_title(view: View) -> Any:
    """The title of an HTML page."""
    return given(view.document.details.get("title"))


def login_form(view: View) -> Any:
    """Whether an HTML page asks for a password."""
    return bool(view.document.details.get("login_form"))


def failure(view: View) -> Any:
    """Why the address could not be read; `none` for what was read, or was no address."""
    return view.document.details.get("fetch_failure") or "none"


def failure_detail(view: View) -> Any:
    """One line on why the address could not be read."""
    return given(view.document.details.get("fetch_detail"))


def status(view: View) -> Any:
    """The HTTP status with which the address answered."""
    return given(view.document.details.get("fetch_status"))


def final_host(view: View) -> Any:
    """The host to which the address was redirected, when it is another one."""
    return given(view.document.details.get("fetch_redirected_to"))


_ANY: Final = ("*",)
FACTS: Final = (
    Fact("input.kind", enum(*KINDS), kind, _ANY),
    Fact("input.form", enum(*FORMS), form, _ANY),
    Fact("input.problem", enum(*PROBLEMS), problem, _ANY),
    Fact("input.detail", TEXT, detail, _ANY, optional=True),
    Fact("input.line", NUMBER, line, _ANY, optional=True),
    Fact("input.column", NUMBER, column, _ANY, optional=True),
    Fact("input.size", NUMBER, size, _ANY),
    Fact("input.root", TEXT, root, _ANY, optional=True),
    Fact("input.namespace", TEXT, namespace, _ANY, optional=True),
    Fact("input.root_is_message", BOOL, root_is_message, _ANY),
    Fact("input.looks_like", enum(*LOOKS), looks_like, _ANY),
    Fact("input.archive", enum(*ARCHIVES), archive, _ANY, optional=True),
    Fact("input.parameter", TEXT, parameter, _ANY, optional=True),
    Fact("input.byte_order_mark", enum("utf-8-sig", "utf-16", "utf-32"), bom, _ANY, optional=True),
    Fact("input.declared_encoding", TEXT, encoding, _ANY, optional=True),
    Fact("input.encoding_problem", TEXT, encoding_problem, _ANY, optional=True),
    Fact("input.page_title", TEXT, page_title, _ANY, optional=True),
    Fact("input.login_form", BOOL, login_form, _ANY),
    Fact("fetch.failure", enum(*FAILURES), failure, _ANY),
    Fact("fetch.detail", TEXT, failure_detail, _ANY, optional=True),
    Fact("fetch.status", NUMBER, status, _ANY, optional=True),
    Fact("fetch.redirected_to", TEXT, final_host, _ANY, optional=True),
)  # fmt: skip
