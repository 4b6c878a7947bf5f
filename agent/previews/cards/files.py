"""Lines of a file."""

from collections.abc import Sequence

from agent.card_parts import code, fallback, present, repository_footer, title
from agent.line_parts import lines
from agent.previews.deciding import Size
from agent.previews.reading import MOST_LINES
from agent.previews.things import FileLines
from agent.ref_parts import named
from shared.blockkit import limits, palette
from shared.blockkit.mrkdwn import cut, escape, one_line
from shared.card import Card, Context, Label, Paragraph, Span, reference

_FENCE = "```"
_LINE = 300
_TAB = "    "


def file_card(found: FileLines, size: Size) -> Card:
    """The lines as code, 20 at most; of what isn't text, the name. The address spells names, so it is one."""
    where = lines(found.first, found.last)
    shown = (found.lines or ())[:MOST_LINES] if size is Size.FULL else ()
    more = len(found.lines or ()) - len(shown) if shown else 0
    words = code(found.path).mrkdwn
    return Card(
        color=palette.NEUTRAL,
        headline=(reference("File"),) if size is Size.FULL else (),
        parts=present(
            Paragraph((named(found.url, f"{words}{where}"),)),
            Paragraph((Span(Label.TEXT, _block(shown)),)) if shown else None,
            Context((Span(Label.TEXT, f"and {more:,} more {'line' if more == 1 else 'lines'}"),)) if more else None,
            repository_footer(found.repository, None, title(found.ref, 80)),
        ),
        fallback=fallback(found.repository, "File", words=f"{one_line(found.path)}{where}"),
    )


def _block(shown: Sequence[str]) -> str:
    """As Slack's code block; nothing in it ends it early."""
    room = limits.SECTION_TEXT - 2 * len(f"{_FENCE}\n")
    code_lines = [line.expandtabs(4) if len(line) > _LINE else line.replace("\t", _TAB) for line in shown]
    safe = "\n".join(cut(escape(line).replace(_FENCE, "ˋˋˋ"), _LINE) for line in code_lines)
    return f"{_FENCE}\n{cut(safe, room)}\n{_FENCE}"
