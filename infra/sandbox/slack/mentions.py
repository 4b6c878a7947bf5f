"""Whom a message would notify: what a test looks at when somebody tries to smuggle `<!channel>` through a comment."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra.sandbox.slack.switches import Switches

_MENTION = re.compile(r"<(?:@([UW][A-Z0-9]+)|(!(?:here|channel|everyone|subteam\^S[A-Z0-9]+)))(?:\|[^>]*)?>")


def mentioned(
    text: str, blocks: Sequence[Mapping[str, Any]], attachments: Sequence[Mapping[str, Any]], switches: Switches
) -> frozenset[str]:
    """Return user ids, `!here`, `!channel`, `!everyone` and `!subteam^S…` that these parts mention.

    `text` counts beside blocks too: it is the wording of the notification.
    """
    sources = [text]
    for part in (*blocks, *attachments):
        sources += _mrkdwn(part, switches)
    sources += [str(a.get(name, "")) for a in attachments for name in ("text", "pretext")]
    found = [match for source in sources for match in _MENTION.finditer(source)]
    return frozenset(match.group(1) or match.group(2) for match in found)


def _mrkdwn(part: Any, switches: Switches) -> Iterator[str]:
    match part:
        case {"type": "mrkdwn", "text": str(text)}:
            yield text
        case {"type": "markdown", "text": str(text)}:
            if switches.markdown_block_mentions:
                yield text
        case {"type": "user", "user_id": str(user_id)}:
            yield f"<@{user_id}>"
        case {"type": "broadcast", "range": str(who)}:
            yield f"<!{who}>"
        case Mapping():
            for value in part.values():
                yield from _mrkdwn(value, switches)
        case [*items]:
            for item in items:
                yield from _mrkdwn(item, switches)
        case _:
            return
