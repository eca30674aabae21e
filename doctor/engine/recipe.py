"""The request for the evidence that is missing: what to record, in each browser, and what must not be sent.

What stands in one's own console is not asked of the customer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from doctor.facts import acquisition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from doctor.engine.diagnose import Asking, Diagnosis
    from doctor.model.finding import Report

MAX_ASKED: Final = 6
"""Questions that a person is asked at once; what comes after the best ones can wait."""
_OWN: Final = 2
"""The cost of a look into one's own console; see `facts.acquisition`."""
_NOT_ASKED: Final = ("ask:case.judged_at",)
_RECORDED: Final = frozenset({"saml-response", "saml-assertion", "capture"})


class Question(NamedTuple):
    """Something to tell: the question, how to find out, the answers to choose from (empty: a value)."""

    text: str
    help: str
    choices: tuple[str, ...] = ()


class Recipe(NamedTuple):
    """How something is recorded, fetched or sent: steps, and commands to run in their order."""

    name: str
    steps: tuple[str, ...]
    commands: tuple[str, ...] = ()


class Request(NamedTuple):
    """What is missing. `own` is to be looked up on the side that asks; `record` is empty without a need for it."""

    subject: str
    body: tuple[str, ...]
    questions: tuple[Question, ...]
    files: tuple[Recipe, ...]
    record: tuple[Recipe, ...]
    send: tuple[Recipe, ...]
    never: tuple[str, ...]
    own: tuple[Question, ...]


def requested(found: Diagnosis | Report, product: str | None) -> Request | None:
    """The request for what is missing; None when a cause is proven, or advice given, and nothing is open."""
    needs = [one for one in getattr(found, "needs", ()) if one.acquisition not in _NOT_ASKED]
    if not needs and _answered(found):
        return None
    asked = [one for one in needs if one.kind == "ask"]
    own = [one for one in asked if _cost(one) == _OWN]
    others = [one for one in asked if one not in own]
    area = _area(getattr(found, "trees", ()))
    wants_recording = area != "scim" and not _RECORDED & {one.kind for one in found.subjects}
    return Request(
        subject="What we need to find the cause", body=_opening(area, product, record=wants_recording),
        questions=(*_always(found), *map(_question, others[:MAX_ASKED])),
        files=tuple(_files(found, needs, area)), record=_recordings(area) if wants_recording else (),
        send=SEND if wants_recording else (), never=NEVER,
        own=(*map(_question, own[:MAX_ASKED]), *_connection(needs)),
    )  # fmt: skip


def _answered(found: Diagnosis | Report) -> bool:
    """Whether a defect is proven, or a tree has given its advice."""
    proven = any(one.verdict == "confirmed" and one.severity in ("error", "warning") for one in found.findings)
    advised = found.verdict == "pass" and any(one.tree is not None for one in getattr(found, "advice", ()))
    return proven or advised


def _cost(one: Asking) -> int:
    known = acquisition.by_id(one.acquisition)
    return known.cost if known is not None else _OWN + 1


def _area(trees: Iterable[str]) -> str:
    """The subject of the request: scim, oauth or saml; that of the first tree that tells."""
    for name in trees:
        if name.startswith(("scim", "directory")):
            return "scim"
        if name.startswith("oauth"):
            return "oauth"
    return "saml"


def _question(one: Asking) -> Question:
    return Question(one.question, one.help, tuple(label for label, _ in one.choices))


def _always(found: Diagnosis | Report) -> Iterator[Question]:
    """What it is about, when nothing tells it; the exact words of the error, when nobody has told them."""
    if not getattr(found, "trees", ()):
        yield Question("What does not work?", "", _WHAT)
    if not getattr(found, "symptom", None):
        yield Question("What does the error message say, word for word?", _WORDS)
        yield Question("When did it happen last: which minute, in which time zone?", "")


def _connection(needs: Iterable[Asking]) -> Iterator[Question]:
    for one in needs:
        if one.acquisition == "connection":
            yield Question("What does the vendor's API show of the connection (as JSON)?", one.help)


def _files(found: Diagnosis | Report, needs: Iterable[Asking], area: str) -> Iterator[Recipe]:
    given = {one.acquisition: one for one in needs}
    for name, (title, *steps) in _DOCUMENTS.items():
        if name in given:
            yield Recipe(title, (given[name].help, *steps))
    if area == "scim":
        yield Recipe("The provisioning log of one affected user", _LOG)
    if not given:
        for one in getattr(found, "advice", ()):
            if one.send:
                yield Recipe("What helps the support to go on", tuple(one.send))


def _opening(area: str, product: str | None, *, record: bool) -> tuple[str, ...]:
    what = {"scim": "the directory sync", "oauth": "the sign-in"}.get(area, "single sign-on")
    by = f" with {product}" if product else ""
    said = f"To find out why {what}{by} does not work, we need what follows. If something is not known, say so."
    return (said, *(_RECORD if record else ()))


def _recordings(area: str) -> tuple[Recipe, ...]:
    return (*BROWSERS, *SAML_ONLY) if area == "saml" else BROWSERS


# ── the words ───────────────────────────────────────────────────────────────────────────────────────────────

_WHAT: Final = (
    "employees cannot sign in", "users or groups are not kept in sync", "signing in with a social account fails",
)  # fmt: skip
_WORDS: Final = (
    "Copy it as text. Tell us too the host name in the address bar (the part before the third slash, no more), "
    "and any correlation, request or trace id on the page."
)
_DOCUMENTS: Final = {
    "idp-metadata": (
        "The identity provider's metadata file",
        "Send the file as it was downloaded, as an attachment: it is public and holds no secret.",
    ),
    "idp-application": (
        "An export of the application's settings at the identity provider",
        "Look through it first, and take out whatever is called secret, token, password or key.",
    ),
}
"""Files that can be asked for, by acquisition: a title, and what to heed when it is sent."""
_LOG: Final = (
    "Open the provisioning log at the identity provider, and choose one test user who is affected.",
    "Copy the entry of the failed operation: time and time zone, operation, HTTP status, body of the answer.",
    "Cut out the Authorization header and the token; write “user 1” for names and addresses of people.",
)
_RECORD: Final = (
    "Record one failing sign-in, in one of the ways below, with a test user and not with your own account.",
    "Begin to record before the application's first page is opened; what happened earlier cannot be recovered.",
)
_BEGIN: Final = "Open a private window with the application's start page, but do not sign in yet."
_SIGN_IN: Final = "Load the page anew, start the sign-in, sign in as the test user, and stop when the error shows."
_SAVED: Final = "Call the file login.har, and keep it on your computer."
BROWSERS: Final = (
    Recipe("Chrome or Edge, on a computer", (
        _BEGIN, "Press F12 (on a Mac Option+Command+I), choose the tab Network, and tick Preserve log.", _SIGN_IN,
        "Press the download arrow of that tab (Export HAR); where two exports are offered, take “sanitized”.",
        "Older versions: right-click the list of requests, and choose “Save all as HAR with content”.", _SAVED,
    )),
    Recipe("Firefox, on a computer", (
        _BEGIN, "Press F12 (on a Mac Option+Command+I), choose Network, and tick Persist Logs in its gear menu.",
        _SIGN_IN, "Right-click the list of requests, and choose “Save All As HAR”.", _SAVED,
    )),
    Recipe("Safari, on a Mac", (
        "In Settings › Advanced tick “Show features for web developers” (older versions: “Show Develop menu”).",
        _BEGIN, "Press Option+Command+I, choose the tab Network, and tick Preserve Log among its filter options.",
        _SIGN_IN, "Press Export in that tab.", _SAVED,
    )),
)  # fmt: skip
"""How a sign-in is recorded in each browser."""
SAML_ONLY: Final = (
    Recipe("The extension SAML-tracer, in Chrome, Edge or Firefox", (
        "Install it from the browser's own store, and allow it in private windows.", _BEGIN,
        "Open the SAML-tracer window and leave it open: it records only while it is.", _SIGN_IN,
        "Choose Export, and there the cookie filter “Remove values”.", _SAVED,
    )),
    Recipe("Only the response, without a file of the whole sign-in", (
        "Record as above, but save nothing: choose the last POST request to the application's ACS URL.",
        "Chrome, Edge: tab Payload. Firefox: tab Request. Safari: Request Data. There is a value named SAMLResponse.",
        "Copy that one value, unchanged and whole, into a text file called response.txt.",
    )),
)  # fmt: skip
"""What else there is when the sign-in is one by SAML."""
SEND: Final = (
    Recipe("With doctor on your own computer, which sends nothing",
           ("Send us what it prints: passwords, cookies and tokens are not in it, values of people are masked.",),
           ("doctor check login.har",)),
    Recipe("With doctor, when we need the messages themselves", (
        "The second file holds the messages of the sign-in, but no passwords, cookies or tokens.",
        "It tells what the identity provider says of the test user: send it by an encrypted way, not by mail.",
    ), ("doctor diagnose login.har --case login --no-input", "doctor cases export login --output login-case.json")),
    Recipe("Without doctor", (
        "Send only response.txt, by an encrypted way, ten minutes after the sign-in: until then it can still be used.",
        "Afterwards delete the recording, and change the test user's password.",
    )),
)  # fmt: skip
"""How a recording is sent, the safest way first."""
NEVER: Final = (
    "passwords, one-time codes and recovery codes, not even those of the test user",
    "cookies, API keys, bearer or session tokens, client secrets, private keys",
    "the whole HAR file or a video of the screen: it holds the password that was typed, and cookies as good as one",
    "addresses with code=, id_token=, access_token= or SAMLResponse=: cut what stands behind the question mark",
    "names and addresses of real users: use a test user",
)
"""What must not be sent."""
