"""A run of text inside a block, from GitHub's markdown and the HTML in it, as mrkdwn.

Markdown's tokens and HTML's tags open and close the same few things, so both feed one `Run`. Everything from outside is
escaped where it enters, code included; `<…>` in the result is always a link of ours. Backticks of a text become `ˋ`,
so that no text can open or end code.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape

from markdown_it.token import Token

from shared.blockkit.github_references import Links, referenced
from shared.blockkit.mrkdwn import escape, url

_BOLD = "#"
"""Open in what will be set bold as a whole; no HTML tag has this name, so nothing closes it."""
_MARKS = {
    _BOLD: "*",
    **dict.fromkeys(("strong", "b", "summary", "th", "h1", "h2", "h3", "h4", "h5", "h6"), "*"),
    **dict.fromkeys(("em", "i"), "_"),
    **dict.fromkeys(("s", "del", "strike"), "~"),
}
_VERBATIM = ("code", "pre", "kbd", "tt")
_OWN_LINE = frozenset("blockquote details div h1 h2 h3 h4 h5 h6 hr li ol p pre summary table tr ul".split())  # noqa: SIM905
_APART = "\u200b"
"""Zero-width space: Slack reads `*` only at the edge of a word, and "foo*bar*" has none."""
_HTML = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<hidden>script|style)\b.*?(?:</(?P=hidden)\s*>|\Z)"
    r"|<(?P<end>/?)(?P<tag>[a-z][a-z0-9-]{0,30})(?P<attributes>(?:\"[^\"]{0,2000}\"|'[^']{0,2000}'|[^'\">]){0,200})>"
    r"|<[!?][^>]*>",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"([a-z-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Piece:
    mrkdwn: str
    marked: bool = False
    """Whether its first and last characters are marks, which need the edge of a word."""


@dataclass(frozen=True, slots=True)
class _Open:
    tag: str
    address: str
    start: int
    """How many pieces there were."""


class Run:
    """Text under construction: what is opened and never closed ends with what it stands in, as in a browser."""

    def __init__(self, links: Links | None, *, bold: bool = False) -> None:
        self._links = links
        self._pieces: list[_Piece] = []
        self._open = [_Open(_BOLD, "", 0)] if bold else []

    def add(self, raw: str) -> None:
        """Add words from outside."""
        if self._is_open(*_VERBATIM):
            self._put(escape(raw))
            return
        words = raw.replace("`", "ˋ")
        if self._inside_mark("*"):
            words = words.replace("*", "∗")
        self._put(escape(words) if self._is_open("a") else referenced(words, self._links))

    def code(self, raw: str) -> None:
        """Add inline code."""
        words = " ".join(raw.replace("`", "ˋ").split())
        if words:
            self._put(f"`{escape(words)}`", marked=True)

    def newline(self) -> None:
        """Add a line break."""
        self._put("\n")

    def image(self, address: str, alt: str) -> None:
        """Add a link to an image, or its words alone where a link is open already."""
        words = escape(" ".join(alt.replace("`", "ˋ").split())) or "image"
        self._put(words if self._is_open("a", *_VERBATIM) else _link(self._address(address), words))

    def open(self, tag: str, address: str = "") -> None:
        """Begin what `close` with the same tag ends; `address` is that of a link."""
        self._open.append(_Open(tag, address, len(self._pieces)))

    def close(self, tag: str) -> None:
        """End the innermost open `tag`, before it whatever is open inside it; without one this does nothing."""
        while self._is_open(tag):
            ended = self._open.pop()
            inner = _joined(self._pieces[ended.start :])
            del self._pieces[ended.start :]
            self._pieces.append(self._closed(ended, inner))
            if ended.tag == tag:
                return

    def html(self, raw: str, *, block: bool = False) -> None:
        """Add raw HTML; in a block its white space means nothing and its text is HTML's too."""
        position = 0
        for found in _HTML.finditer(raw):
            self._html_words(raw[position : found.start()], block=block)
            position = found.end()
            if found["tag"]:
                self._tag(found["tag"].lower(), found["attributes"], ends=bool(found["end"]))
        self._html_words(raw[position:], block=block)

    def mrkdwn(self) -> str:
        """The whole text; tags that stay open end here."""
        while self._open and self._open[-1].tag != _BOLD:
            self.close(self._open[-1].tag)
        return _joined(self._pieces)

    def _put(self, mrkdwn: str, *, marked: bool = False) -> None:
        self._pieces.append(_Piece(mrkdwn, marked))

    def _is_open(self, *tags: str) -> bool:
        return any(opened.tag in tags for opened in self._open)

    def _inside_mark(self, mark: str) -> bool:
        return any(_MARKS.get(opened.tag) == mark for opened in self._open)

    def _closed(self, ended: _Open, inner: str) -> _Piece:
        if self._is_open(*_VERBATIM):
            return _Piece(inner)
        mark = _MARKS.get(ended.tag)
        if mark:
            return _Piece(inner) if self._inside_mark(mark) else _Piece(marked(inner, mark), marked=True)
        if ended.tag == "a":
            return _Piece(inner if self._is_open("a") else _link(self._address(ended.address), inner))
        if ended.tag == "pre":
            return _Piece(fence(inner) + "\n" if inner.strip() else "")
        if ended.tag in _VERBATIM:
            words = " ".join(inner.replace("`", "ˋ").split())
            return _Piece(f"`{words}`", marked=True) if words else _Piece("")
        return _Piece(inner)

    def _address(self, href: str) -> str:
        if href.startswith("/") and not href.startswith("//") and self._links:
            href = self._links.root + href
        scheme, colon, rest = href.strip().partition(":")
        if scheme.lower() == "mailto":
            recipient = url(f"http://{rest}").removeprefix("http://")
            return f"mailto:{recipient}" if recipient else ""
        return url(scheme.lower() + colon + rest)

    def _html_words(self, raw: str, *, block: bool) -> None:
        words = unescape(raw)
        if block and not self._is_open("pre"):
            words = re.sub(r"\s+", " ", words)
            words = words.lstrip() if self._at_line_start() else words
        if words:
            self.add(words)

    def _tag(self, tag: str, attributes: str, *, ends: bool) -> None:
        values = {
            found[1].lower(): unescape(found[2] or found[3] or found[4] or "")
            for found in _ATTRIBUTE.finditer(attributes)
        }
        if tag == "br":
            self.newline()
        elif tag == "img":
            self.image(values.get("src", ""), values.get("alt", ""))
        elif ends:
            self.close(tag)
            self._put("  " if tag in {"td", "th"} else "")
        elif not attributes.endswith("/") and tag != "hr":
            self._own_line(tag)
            self._put("• " if tag == "li" else "")
            self.open(tag, values.get("href", ""))
            return
        self._own_line(tag)

    def _own_line(self, tag: str) -> None:
        if tag in _OWN_LINE and not self._at_line_start() and not self._is_open("a", *_VERBATIM):
            self.newline()

    def _at_line_start(self) -> bool:
        last = next((piece.mrkdwn for piece in reversed(self._pieces) if piece.mrkdwn), "\n")
        return last.endswith("\n")


def inline(tokens: Sequence[Token], links: Links | None, *, bold: bool = False) -> str:
    """The children of one of markdown-it's inline tokens; `bold` when the whole will be set bold."""
    run = Run(links, bold=bold)
    for token in tokens:
        match token.type:
            case "text" | "text_special":
                run.add(token.content)
            case "code_inline":
                run.code(token.content)
            case "softbreak" | "hardbreak":  # in issues and comments GitHub breaks at both
                run.newline()
            case "html_inline":
                run.html(token.content)
            case "image":
                run.image(str(token.attrGet("src") or ""), token.content)
            case "link_open":
                run.open("a", str(token.attrGet("href") or ""))
            case "link_close":
                run.close("a")
            case _ if token.nesting:
                (run.open if token.nesting > 0 else run.close)(token.tag)
    return run.mrkdwn()


def marked(inner: str, mark: str) -> str:
    """`inner` between marks, line by line; white space and code blocks stay outside of them."""
    if "```" in inner:
        return inner
    return "\n".join(
        line.replace(core, f"{mark}{core}{mark}", 1) if (core := line.strip()) else line for line in inner.split("\n")
    )


def fence(escaped: str) -> str:
    """A code block of lines that are escaped already."""
    return "```\n" + escaped.strip("\n").replace("```", "``ˋ") + "\n```"


def _link(address: str, words: str) -> str:
    label = " ".join(words.replace("|", "¦").replace("```", "").split())
    if not address:
        return label
    return f"<{address}>" if label in {"", address} else f"<{address}|{label}>"


def _joined(pieces: Sequence[_Piece]) -> str:
    drawn: list[str] = []
    last = _Piece("")
    for piece in pieces:
        if not piece.mrkdwn:
            continue
        if (piece.marked or last.marked) and _sticks(last.mrkdwn[-1:]) and _sticks(piece.mrkdwn[0]):
            drawn.append(_APART)
        drawn.append(piece.mrkdwn)
        last = piece
    return "".join(drawn)


def _sticks(character: str) -> bool:
    return character.isalnum() or (character != "" and character in "*_~`")
