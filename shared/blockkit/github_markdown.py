"""GitHub's markdown as Slack's mrkdwn: our own drawing of markdown-it's tokens.

Ready-made converters let `<!channel>` through and leave code unescaped (measured), so none is used. What Slack can't
draw is put into words that it can: headings are bold, tables are aligned code, images are links, tasks are ☐ and ☑.
HTML comments, which templates are full of, are dropped.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from shared.blockkit.github_inline import Run, fence, inline, marked
from shared.blockkit.github_references import Links
from shared.blockkit.mrkdwn import ELLIPSIS, UNSEEN, escape

__all__ = ["Links", "mrkdwn"]

PARSED = 4
"""How many times the limit is looked at: bodies have 65,000 characters and more, cards a thousand."""
_CELL = 40
_BULLETS = "•◦▪"
_INDENT = "    "
_ALERT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]")
_ATOM = re.compile(r"```|`[^`\n]*`|<[^<>]*>|&(?:amp|lt|gt);|.", re.DOTALL)
_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    links: Links | None
    lists: int = 0
    quoted: bool = False


def mrkdwn(markdown: str, limit: int, links: Links | None = None) -> tuple[str, bool]:
    """Markdown as mrkdwn of at most `limit` characters, and whether something was left out.

    It is cut between blocks where that leaves half of it or more, and else inside one, never inside a link, an entity
    or code that stays open.
    """
    cleaned = UNSEEN.sub("", markdown)
    shortened = len(cleaned) > limit * PARSED
    return _drawn(cleaned[: limit * PARSED], limit, links, shortened=shortened)


@lru_cache(256)
def _drawn(markdown: str, limit: int, links: Links | None, *, shortened: bool) -> tuple[str, bool]:
    """Kept, since a text goes to many channels, and is drawn anew with whatever else of its card changes."""
    return _fitting(_blocks(_PARSER.parse(markdown), _Place(links=links)), limit, shortened=shortened)


def _fitting(blocks: Sequence[str], limit: int, *, shortened: bool) -> tuple[str, bool]:
    kept = ""
    for block in blocks:
        between = "\n\n" if kept else ""
        room = limit - len(kept) - len(between)
        if len(block) > room:
            if room > limit // 2:
                kept += between + _cut(block, room)
            return kept, True
        kept += between + block
    return kept, shortened


def _cut(block: str, limit: int) -> str:
    closing = "\n```"
    kept, room = [], limit - len(ELLIPSIS) - len(closing)
    for atom in _ATOM.finditer(block):
        room -= len(atom[0])
        if room < 0:
            break
        kept.append(atom[0])
    text = "".join(kept).rstrip() + ELLIPSIS
    return text + closing if text.count("```") % 2 else text


def _blocks(tokens: Sequence[Token], place: _Place) -> list[str]:
    drawn = (_DRAWN[token.type](token, inner, place) for token, inner in _siblings(tokens) if token.type in _DRAWN)
    return [block for block in drawn if block.strip()]


def _siblings(tokens: Sequence[Token]) -> Iterator[tuple[Token, Sequence[Token]]]:
    """Each token of the outermost level, with what stands between it and its closing one."""
    at = 0
    while at < len(tokens):
        token, end = tokens[at], at
        if token.nesting > 0:
            end = next(n for n in range(at + 1, len(tokens)) if tokens[n].level == token.level)
        yield token, tokens[at + 1 : end]
        at = end + 1


def _paragraph(_token: Token, inner: Sequence[Token], place: _Place) -> str:
    return inline(inner[0].children or (), place.links).strip()


def _heading(_token: Token, inner: Sequence[Token], place: _Place) -> str:
    return marked(inline(inner[0].children or (), place.links, bold=True).strip(), "*")


def _code(token: Token, _inner: Sequence[Token], _place: _Place) -> str:
    return fence(escape(token.content)) if token.content.strip() else ""


def _rule(_token: Token, _inner: Sequence[Token], _place: _Place) -> str:
    return "──────────"


def _html(token: Token, _inner: Sequence[Token], place: _Place) -> str:
    run = Run(place.links)
    run.html(token.content, block=True)
    return re.sub(r"\n{3,}", "\n\n", run.mrkdwn()).strip()


def _quote(_token: Token, inner: Sequence[Token], place: _Place) -> str:
    # Slack knows a quote at the start of a line only; what is deeper shows its own mark.
    mark = "&gt; " if place.quoted or place.lists else "> "
    text = "\n\n".join(_blocks(inner, replace(place, quoted=True)))
    return _prefixed(_ALERT.sub(lambda found: f"*{found[1].capitalize()}*", text, count=1), mark, mark)


def _list(token: Token, inner: Sequence[Token], place: _Place) -> str:
    first = token.attrGet("start")
    number = int(first) if first is not None else 1
    items = []
    for at, (_, item) in enumerate(_siblings(inner)):
        blocks = _blocks(item, replace(place, lists=place.lists + 1))
        bullet = f"{number + at}." if token.type == "ordered_list_open" else _BULLETS[place.lists % len(_BULLETS)]
        text = "\n".join(blocks)
        if task := re.match(r"\[([ xX])\](?: |$)", text):
            bullet, text = "☐" if task[1] == " " else "☑", text[4:]
        separator = "\n" if text.startswith("```") else " "
        items.append(_prefixed(f"{bullet}{separator}{text}", "", _INDENT).rstrip())
    return "\n".join(items)


def _prefixed(text: str, first: str, others: str) -> str:
    """Each line behind a prefix, except code blocks: in those it would be part of the code."""
    lines, in_code = [], False
    for at, line in enumerate(text.split("\n")):
        fenced = line.startswith("```")
        lines.append(line if in_code or fenced else f"{others if at else first}{line}".rstrip())
        in_code ^= fenced
    return "\n".join(lines)


def _table(_token: Token, inner: Sequence[Token], _place: _Place) -> str:
    rows: list[list[str]] = []
    right: set[int] = set()
    for token, content in pairwise(inner):
        if token.type == "tr_open":
            rows.append([])
        elif token.type in {"th_open", "td_open"}:
            if "right" in str(token.attrGet("style")):
                right.add(len(rows[-1]))
            rows[-1].append(_cell(content.children or ()))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (rows[0], ["─" * width for width in widths], *rows[1:])
    ]
    return fence(escape("\n".join(lines)))


def _cell(tokens: Sequence[Token]) -> str:
    words = (" " if token.type.endswith("break") else token.content for token in tokens if token.type != "html_inline")
    cell = " ".join("".join(words).split())
    return cell if len(cell) <= _CELL else cell[: _CELL - 1] + ELLIPSIS


_DRAWN: Mapping[str, Callable[[Token, Sequence[Token], _Place], str]] = {
    "paragraph_open": _paragraph,
    "heading_open": _heading,
    "fence": _code,
    "code_block": _code,
    "hr": _rule,
    "html_block": _html,
    "blockquote_open": _quote,
    "bullet_list_open": _list,
    "ordered_list_open": _list,
    "table_open": _table,
}
