"""Pushes to branches: the feature `commits`.

GHES lists at most 2,048 commits of a push. Author names come from the commits themselves, so they may belong to nobody.
"""

from datetime import UTC, datetime

from agent.card_parts import LISTED, below_each_other, by, code, fallback, present, repository_footer, title
from agent.card_table import Placement, Shown
from agent.ref_parts import commit, named
from agent.subject import Subject
from shared.blockkit import limits, palette
from shared.blockkit.mrkdwn import url
from shared.card import Card, Label, Line, Link, Paragraph, Part, Span, reference
from shared.event import Event, Payload, flag, items, number, text

_BRANCH = "refs/heads/"
_MOST = 2048
_LATEST = 2**33


def _unless(event: Event) -> str | None:
    if not text(event.payload, "ref").startswith(_BRANCH):
        return "A pushed tag is shown by its create or delete event, to channels with the feature branches."
    if flag(event.payload, "created") and not items(event.payload, "commits"):
        return "A new branch without commits is shown by its create event, to channels with the feature branches."
    return None


def _card(event: Event, _subject: Subject | None) -> Card:
    actor = event.actor if event.actor != "ghost" else text(event.payload, "pusher", "name")
    compare, name = text(event.payload, "compare"), code(_name(event))
    what, *rest = _sentence(event, name)
    whole: Line = (what, *rest, *by(actor))
    if flag(event.payload, "created"):
        # GHES compares a new branch by its name, so there the link goes with the name.
        headline: Line = (*_sentence(event, named(compare, name.mrkdwn)), *by(actor))
    elif compare and not flag(event.payload, "deleted"):
        headline = (Link(url(compare), (what,)), *whole[1:])
    else:
        headline = whole
    return Card(
        color=palette.NEUTRAL,
        headline=headline,
        parts=present(_commits(event, actor), repository_footer(event.repository, _pushed_at(event))),
        fallback=(*fallback(event.repository, ""), *whole),
    )


def _sentence(event: Event, name: Span) -> tuple[Span, ...]:
    count, forced = len(items(event.payload, "commits")), flag(event.payload, "forced")
    created, deleted = flag(event.payload, "created"), flag(event.payload, "deleted")
    if deleted or (created and not count):
        done = "deleted" if deleted else "created"
        return (reference(_noun(event)), Span(Label.TITLE, " "), name, reference(f" {done}"))
    if not count:
        return (reference("Force-push" if forced else "Push"), Span(Label.TITLE, " to "), name)
    commits = f"{count:,}{'+' if count >= _MOST else ''} new commit{'' if count == 1 else 's'}"
    pushed = " force-pushed" if forced else " pushed"
    return (reference(commits), reference(pushed), Span(Label.TITLE, " to new branch " if created else " to "), name)


def _noun(event: Event) -> str:
    return "Branch" if text(event.payload, "ref").startswith(_BRANCH) else "Tag"


def _name(event: Event) -> str:
    return text(event.payload, "ref").removeprefix(_BRANCH).removeprefix("refs/tags/")


def _commits(event: Event, actor: str) -> Part | None:
    commits = items(event.payload, "commits")
    if not commits:
        return Paragraph(_moved(event))
    lines = [_commit(event, pushed, actor) for pushed in commits[:LISTED]]
    return Paragraph(below_each_other(lines, len(commits), Label.REFERENCE, limits.SECTION_TEXT))


def _commit(event: Event, pushed: Payload, actor: str) -> Line:
    author = text(pushed, "author", "username") or text(pushed, "author", "name")
    first_line = text(pushed, "message").strip().partition("\n")[0]
    return (
        commit(event.repository, text(pushed, "id"), text(pushed, "url")),
        *((Span(Label.TITLE, " "), title(first_line, 120)) if first_line else ()),
        *(by(author, " – ") if author != actor else ()),
    )


def _moved(event: Event) -> Line:
    """From which commit to which; what is created comes from no commit (forty zeros), what is deleted leads to none."""
    before = commit(event.repository, text(event.payload, "before"))
    after = commit(event.repository, text(event.payload, "after"))
    if flag(event.payload, "deleted"):
        return (reference("It was at "), before)
    if flag(event.payload, "created"):
        return (reference("It is at "), after)
    return (before, reference(" → "), after)


def _pushed_at(event: Event) -> datetime:
    """Seconds since 1970 in push payloads, and in them alone."""
    pushed_at = number(event.payload, "repository", "pushed_at")
    return datetime.fromtimestamp(pushed_at, UTC) if pushed_at and 0 < pushed_at < _LATEST else event.received_at


RULES = {"push": Shown(feature="commits", placement=Placement.PLAIN, render=_card, unless=_unless)}
