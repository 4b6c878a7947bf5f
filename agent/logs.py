"""How the agent logs: one line an event on standard error, as JSON or for a person's eyes.

Code logs a constant message and puts data into fields, never a payload, a token or message text. Should one slip in all
the same, in a library's message or a traceback, `redacted` takes it out just before the line is written.
"""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

Level = Literal["debug", "info", "warning", "error"]
Format = Literal["json", "console"]

GONE = "[redacted]"

# At debug these write requests, statements or payloads; they stay at warning whatever the agent's own level is.
_TALKATIVE = ("aiohttp", "aiosqlite", "alembic", "asyncio", "gidgethub", "markdown_it", "slack_sdk", "sqlalchemy")

_SECRET_NAME = re.compile(r"token|secret|password|authorization|private_key|cookie|ticket", re.IGNORECASE)
# The first group, where there is one, stays: it says what was taken out.
_SECRET_TEXT = (
    re.compile(r"\b(?:xapp|xox[a-z](?:\.xox[a-z])?)-[\w-]+"),  # Slack
    re.compile(r"\b(?:gh[a-z]|github_pat)_[\w.-]+"),  # GitHub
    re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"),  # a JWT
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
    re.compile(r"(\bhooks\.slack\.com/)\S+"),  # whoever has a response_url may answer
    re.compile(r"(://)[^/\s@]+(?=@)"),  # the password of a proxy or a database
    re.compile(r"(\b(?:bearer|basic)\s+)[\w.~+/=-]{8,}", re.IGNORECASE),
    re.compile(r"((?:ticket|token|secret|password|\bcode)=)[^&\s\"']+", re.IGNORECASE),
)


def configure(level: Level, form: Format, stream: TextIO | None = None) -> None:
    """Send structlog and the standard library's logging, from all libraries, to `stream`; may be called again.

    Without a stream: standard error.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                redact,
                _renderer(form, colors=handler.stream.isatty()),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.getLogger("aiohttp.access").disabled = True  # addresses of pages hold one-time tokens


def redact(_logger: WrappedLogger, _method: str, fields: EventDict) -> EventDict:
    """Take out of all fields what looks like a secret (a structlog processor)."""
    return {name: redacted(value, name) for name, value in fields.items()}


def redacted(value: object, name: str = "") -> object:
    """`value` without anything that looks like a secret, at whatever depth; wholly gone under a secret's name."""
    if value is None or isinstance(value, bool):
        return value
    if _SECRET_NAME.search(name):
        return GONE
    match value:
        case int() | float():
            return value
        case Mapping():
            return {str(key): redacted(item, str(key)) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [redacted(item) for item in value]
        case _:
            return _without_secrets(str(value))


def _without_secrets(text: str) -> str:
    for pattern in _SECRET_TEXT:
        text = pattern.sub(lambda found: "".join(found.groups("")) + GONE, text)
    return text


def _renderer(form: Format, *, colors: bool) -> Processor:
    if form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)
