"""What several cards are made of.

Words that go with a person (" by octocat") carry the person's label, so that no data class leaves a dangling "by". A
login stands in a span of its own, exactly as GHES spells it, escaped.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from shared.blockkit.github_markdown import Links, mrkdwn
from shared.blockkit.mrkdwn import mention, one_line, url
from shared.card import Context, DataClass, Field, Label, Line, Link, Paragraph, Part, Span, reference, visible
from shared.event import Event, Payload, Repository, instant, text

BODY = 1000
"""Characters of a body or comment on a card; the rest is a link away."""
NAME = 80
"""Characters of a label, a branch or another name in a row of many."""
LISTED = 10
"""Names in one row; of the rest only the number is told."""
BETWEEN = " · "
_MORE = len("\nand 99,999 more…")


def person(login: str) -> Span:
    """A login, alone in its span."""
    return Span(Label.PEOPLE, one_line(login, NAME))


def called(login: str) -> Span:
    """A login whose person is mentioned, as GitHub mentions an assignee or a reviewer."""
    return Span(Label.PEOPLE, mention(login)) if login != "ghost" else person(login)


def by(login: str, words: str = " by ") -> Line:
    """`" by octocat"`; nothing without a login."""
    return (Span(Label.PEOPLE, words), person(login)) if login else ()


def headline(words: str, actor: str) -> Line:
    """`Issue opened by octocat`; `words` are ours, mrkdwn already."""
    return (reference(words), *by(actor))


def title(words: str, limit: int = 256) -> Span:
    """A title, name or branch of GHES, on one line; safe as the words of a link."""
    return Span(Label.TITLE, one_line(words.replace("|", "¦").replace("```", "ˋˋˋ"), limit))


def code(name: str) -> Span:
    """A branch, tag or path, set as code."""
    return Span(Label.TITLE, f"`{one_line(name.replace('`', 'ˋ').replace('|', '¦'), NAME)}`")


def named_link(address: str, name: str, instead: str) -> Link:
    """A link whose words are a name of GHES; a data class that hides names shows `instead`."""
    return Link(url(address), (title(name),), instead)


def title_link(address: str, number: int | str | None, words: str) -> Link:
    """`#12 Title` as a link; `#12` where titles are hidden."""
    numbered = (reference(f"#{number} "),) if number is not None else ()
    return Link(url(address), (*numbered, title(words)))


def titled(link: Link) -> Paragraph:
    """A link, bold: the first line of most cards. No star in its words ends the bold early."""
    words = tuple(replace(span, mrkdwn=unstarred(span.mrkdwn)) for span in link.words)
    return Paragraph((reference("*"), replace(link, words=words), reference("*")))


def unstarred(mrkdwn: str) -> str:
    """The same with stars that Slack doesn't read, for what will be bold as a whole."""
    return mrkdwn.replace("*", "∗")


def body(
    markdown: str, address: str = "", repository: Repository | None = None, *, mentions: bool = True
) -> Paragraph | None:
    """What somebody wrote, from GitHub's markdown, shortened; "Show more" leads to `address`. None for nothing.

    Whom it mentions is mentioned, but not where a program says something: GitHub mentions nobody there.
    """
    links = links_of(repository)
    drawn, shortened = mrkdwn(markdown, BODY, replace(links, mentions=mentions) if links else None)
    if not drawn.strip():
        return None
    more = f"\n<{url(address)}|Show more>" if shortened and url(address) else ""
    return Paragraph((Span(Label.TEXT, drawn + more),))


def links_of(repository: Repository | None) -> Links | None:
    """Where `#12` and `@octocat` in a repository's texts lead to; None where the repository has no address."""
    if repository is None or not repository.url.endswith(f"/{repository.full_name}"):
        return None
    return Links(repository=repository.url, root=repository.url.removesuffix(f"/{repository.full_name}"))


def people_field(name: str, logins: Iterable[str]) -> Field:
    """Logins in a row, their people mentioned; without any the field disappears."""
    return Field(name, row([called(login) for login in logins if login], Label.PEOPLE))


def names_field(name: str, names: Iterable[str]) -> Field:
    """Names of GHES in a row, such as labels, a milestone or an environment; without any the field disappears."""
    return Field(name, row([title(found, NAME) for found in names if found], Label.TITLE))


def labels_field(labels: Iterable[Payload]) -> Field:
    """GHES's label objects, each set as code."""
    return codes_field("Labels", [text(label, "name") for label in labels])


def codes_field(name: str, names: Iterable[str]) -> Field:
    """Names in a row, each set as code; without any the field disappears."""
    return Field(name, row([code(found) for found in names if found], Label.TITLE))


def logins(people: Iterable[Payload]) -> list[str]:
    """The logins of GHES's user objects; `ghost` for a deleted account."""
    return [text(user, "login") or "ghost" for user in people]


def repository_footer(repository: Repository | None, at: datetime | None, *notes: Span) -> Context:
    """`owner/repo · note · Oct 3 at 9:12`: where and when, in the reader's own time zone."""
    pieces: list[Span | Link] = []
    if repository:
        pieces.append(Link(url(repository.url), (reference(one_line(repository.full_name)),)))
    pieces.extend(notes)
    if at:
        pieces.append(reference(date(at)))
    return Context(tuple(joined(pieces)))


def joined(pieces: Sequence[Span | Link], between: str = BETWEEN) -> list[Span | Link]:
    """Pieces with a separator between them, which goes where the piece after it goes."""
    line: list[Span | Link] = []
    for piece in pieces:
        if line:
            line.append(Span(piece.label if isinstance(piece, Span) else Label.LINK, between))
        line.append(piece)
    return line


def date(at: datetime) -> str:
    """An instant that Slack shows in the reader's time zone (docs.slack.dev, formatting-message-text, dates)."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} at {{time}}|{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC>"


def fallback(repository: Repository | None, what: str, actor: str = "", words: str = "") -> Line:
    """`[owner/repo] Issue #12 opened by octocat: Title`; `what` is ours, mrkdwn already."""
    where = f"[{one_line(repository.full_name)}] " if repository else ""
    after = (Span(Label.TITLE, ": "), title(words)) if words else ()
    return (reference(where + what), *by(actor), *after)


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 comment`, `2 comments`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def present(*parts: Part | None) -> tuple[Part, ...]:
    """The parts that there are."""
    return tuple(part for part in parts if part)


def happened_at(event: Event, *paths: tuple[str, ...]) -> datetime:
    """The first instant of the payload that is there, else when the event arrived."""
    return next((at for path in paths if (at := instant(event.payload, *path))), event.received_at)


def row(pieces: Sequence[Span | Link], label: Label) -> Line:
    """`one, two and 5 more`: ten at most, and the number of the rest, with the label of the names."""
    shown, more = joined(pieces[:LISTED], ", "), len(pieces) - LISTED
    return (*shown, Span(label, f" and {more:,} more")) if more > 0 else tuple(shown)


def below_each_other(lines: Sequence[Line], total: int, label: Label, limit: int) -> Line:
    """Ten lines at most, as far as they fit `limit` characters, then `and 5 more` of `total`: none goes untold.

    `label` is that of the line breaks and of the number. The first line stays, however long it is.
    """
    shown: list[Span | Link] = []
    count, room = 0, limit - _MORE
    for line in lines[:LISTED]:
        room -= len(visible(line, DataClass.FULL)) + len("\n")
        if count and room < 0:
            break
        shown += [Span(label, "\n"), *line] if count else line
        count += 1
    more = total - count
    return (*shown, Span(label, f"\nand {more:,} more")) if more else tuple(shown)
