"""From what somebody typed to arguments, or to an error that points at the character.

Slack rewrites a command's text before we get it (docs.slack.dev, interactivity/implementing-slash-commands):
`&`, `<` and `>` are entities, addresses become `<https://…|label>`, mentions `<@U…|name>` and `<#C…|name>`, and
keyboards make quotes curly. `typed` undoes that; offsets count in its result.
"""

import re
from functools import cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedToken

from agent.subscriptions.features import FEATURES, WORDS
from agent.subscriptions.syntax import Argument, Group, Pair, Value, Word

_LINK = re.compile(r"<(https?://[^<>|\s]+)(?:\|([^<>]*))?>")
_MENTION = re.compile(r"<([@#])[A-Z0-9]+\|([^<>]*)>")
_CURLY = str.maketrans("“”„‟‘’‚‛\u00a0", "\"\"\"\"'''' ")
_EXPECTED = {
    "WORD": "a repository, a feature or a filter",
    "NAME": "a field such as `branch:`",
    "VALUE": "a value",
    "_CLOSE": "a `}`",
    "_SEPARATOR": "a space or a comma",
}
"""What to say of the first of these that the grammar would have taken."""
_SHOWN = 60


class ArgumentsError(Exception):
    """Something typed can't be understood, or isn't supported; nothing was changed."""

    def __init__(self, says: str, typed_text: str, at: int, *, length: int = 1) -> None:
        super().__init__(says)
        self.says = says
        """One sentence, or several, in mrkdwn without Slack's escapes."""
        self.typed = typed_text
        self.at = min(at, len(typed_text))
        self.length = max(length, 1)

    def pointer(self, prefix: str = "") -> str:
        """Two lines for a fixed-width block: what was typed after `prefix`, and carets below what is meant."""
        line = re.sub(r"\s", " ", self.typed)
        start, end = max(0, self.at - _SHOWN), self.at + _SHOWN
        before = prefix + ("…" if start else "")
        shown = before + line[start:end] + ("…" if end < len(line) else "")
        return f"{shown}\n{' ' * (len(before) + self.at - start)}{'^' * min(self.length, _SHOWN)}"


def typed(text: str) -> str:
    """What the person typed, from what Slack sends of it, with straight quotes."""
    text = _LINK.sub(lambda match: _link(match[1], match[2]), text)
    text = _MENTION.sub(lambda match: match[1] + match[2], text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").translate(_CURLY)


def parse(text: str) -> tuple[Argument, ...]:
    """The arguments in `text`, which `typed` has been over.

    Raises:
        ArgumentsError: it doesn't follow the grammar.
    """
    try:
        tree = _grammar().parse(text)
    except (UnexpectedToken, UnexpectedCharacters) as error:
        raise _error(error, text) from None
    return tuple(_Arguments().transform(tree))


def _link(address: str, label: str | None) -> str:
    """Slack links what only looks like an address too (`node.js`): then the label is what was typed."""
    return label if label and address.partition("://")[2].rstrip("/") == label.rstrip("/") else address


def _error(error: UnexpectedToken | UnexpectedCharacters, text: str) -> ArgumentsError:
    end = len(text.rstrip())
    if isinstance(error, UnexpectedCharacters):
        found_at, wanted = error.pos_in_stream, set(error.allowed or ())
    else:
        found_at, wanted = error.token.start_pos, set(error.accepts or error.expected)
        found_at = None if error.token.type == "$END" else found_at
    at = end if found_at is None else found_at
    if text[at : at + 1] == '"' and "QUOTED" in wanted:
        return ArgumentsError('This quote is never closed. Add the closing `"`.', text, at)
    expected = next((words for name, words in _EXPECTED.items() if name in wanted), "nothing more")
    found = f"there is `{text[at]}`" if at < end else "the text ends"
    return ArgumentsError(f"Here {found}, where I expected {expected}.", text, at)


@cache
def _grammar() -> Lark:
    text = files(__package__).joinpath("grammar.lark").read_text(encoding="utf-8")
    fields = [name for feature in FEATURES.values() for name in (*feature.fields, *feature.later)]
    for placeholder, names in (("%names%", WORDS), ("%features%", tuple(FEATURES)), ("%fields%", fields)):
        text = text.replace(placeholder, "|".join(sorted(set(names))))
    return Lark(text, parser="lalr", lexer="contextual", maybe_placeholders=False)


class _Arguments(Transformer[Token, Any]):
    """Lark's tree as arguments; each method is named after its rule."""

    def start(self, arguments: list[Argument]) -> list[Argument]:
        return arguments

    def word(self, tokens: list[Token]) -> Word:
        sign, (word,) = _sign(tokens)
        return Word(sign, _unquoted(word), _at(tokens))

    def pair(self, tokens: list[Any]) -> Pair:
        sign, (name, values) = _sign(tokens)
        return Pair(sign, name.lower(), values, _at(tokens))

    def group(self, tokens: list[Any]) -> Group:
        sign, (name, *fields) = _sign(tokens)
        return Group(sign, name.lower(), tuple(fields), _at(tokens))

    def field(self, tokens: list[Any]) -> Pair:
        name, values = tokens
        return Pair("", name.lower(), values, _at(tokens))

    def values(self, tokens: list[Token]) -> tuple[Value, ...]:
        return tuple(Value(_unquoted(token), token.start_pos or 0) for token in tokens)

    field_values = values


def _sign(tokens: list[Any]) -> tuple[str, list[Any]]:
    return (str(tokens[0]), tokens[1:]) if tokens[0].type == "SIGN" else ("", tokens)


def _at(tokens: list[Any]) -> int:
    return tokens[0].start_pos or 0


def _unquoted(token: Token) -> str:
    return re.sub(r"\\(.)", r"\1", token[1:-1], flags=re.DOTALL) if token.type == "QUOTED" else str(token)
