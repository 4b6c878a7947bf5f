"""`POST /v1/dispatches`: finished cards on their way to Slack."""

from collections import Counter
from collections.abc import Sequence

from relay_lambda.age import is_from_the_future, is_too_old
from relay_lambda.answer import Answer, refused
from relay_lambda.parts import FrontParts
from relay_lambda.replies import conflict
from relay_lambda.request import Request
from relay_lambda.sending import MOST_BYTES, Message
from relay_lambda.unavailable import Unavailable
from shared.dispatch import (
    MOST,
    MOST_OF_A_CHANNEL,
    Dispatch,
    Notification,
    Statement,
    deduplication_id,
    digest,
    dispatch_of,
    group_of,
    name_of,
    queue_text,
    statement_of,
)
from shared.relay_requests import is_slack_id
from shared.signing import is_signature

_MOST_SEQUENCE = 2**53
_MOST_NAME = 512
_BESIDE_BYTES = 4096
"""What stands beside a message once it is a dead letter: reason, ids. It has to fit one, or it can't be buried."""


class _WrongError(ValueError):
    """What is wrong with a dispatch, in a word."""


def answer(request: Request, parts: FrontParts) -> Answer:
    """Check all of it, enqueue all of it, and only then take it."""
    now = parts.clock.now().timestamp()
    try:
        dispatch, notifications = _read(request)
        if unknown := _unregistered(request, notifications, parts):
            return refused(403, "workspace_not_registered", teams=unknown)
        messages = [
            _proved(request, statement, notification, dispatch, now)
            for statement, notification in zip(dispatch.statements, notifications, strict=True)
        ]
    except _WrongError as failure:
        return refused(400, str(failure))
    except ValueError:
        return refused(400, "no_dispatch")
    return parts.replay.once(
        request.use,
        lambda: _enqueued(request, parts, dispatch, messages),
        again=lambda: _accepted(len(messages), duplicate=True),
        other=lambda: conflict(request, parts),
    )


def _read(request: Request) -> tuple[Dispatch, Sequence[Notification]]:
    """What is said, as far as it tells without asking anybody."""
    dispatch = dispatch_of(request.fields)
    _expect("sequence", 0 <= dispatch.sequence < _MOST_SEQUENCE)
    _expect("number_of_statements", 1 <= len(dispatch.statements) <= MOST)
    read = [statement_of(each.text) for each in dispatch.statements]
    notifications = [notification for _, notification in read]
    of_channel = Counter(each.address for each in notifications)
    _expect("speaker", all(speaker == request.speaker for speaker, _ in read))
    _expect("address", all(is_slack_id(each.team_id) and is_slack_id(each.channel_id) for each in of_channel))
    _expect("name", all(map(_is_name, (name for each in notifications for name in _names(each)))))
    _expect("too_many_of_a_channel", max(of_channel.values()) <= MOST_OF_A_CHANNEL)
    _expect("doubled", len({name_of(each.id) for each in notifications}) == len(notifications))
    _expect("card", all(each.card is None or each.card in dispatch.cards for each in notifications))
    _expect("card", all(name == digest(text) for name, text in dispatch.cards.items()))
    return dispatch, notifications


def _names(notification: Notification) -> Sequence[str]:
    """What becomes a row's key or an attribute of a dead letter, of which AWS doesn't take every text."""
    found = (notification.id, notification.delivery_id, notification.thread_key, notification.thread_ts)
    return [each for each in found if each]


def _is_name(text: str) -> bool:
    return len(text) <= _MOST_NAME and text.isascii() and text.isprintable()


def _unregistered(request: Request, notifications: Sequence[Notification], parts: FrontParts) -> list[str]:
    """The workspaces that this agent may not speak to."""
    teams = dict.fromkeys(each.address.team_id for each in notifications)
    return [team_id for team_id in teams if not parts.workspaces.is_registered(request.agent_id, team_id)]


def _proved(
    request: Request, statement: Statement, notification: Notification, dispatch: Dispatch, now: float
) -> Message:
    """The queue's message of a statement that its key has signed, and could sign when it did; as `deliver` sees it."""
    name, signed_at = name_of(notification.id), statement.timestamp
    is_timely = not is_too_old(signed_at, now) and not is_from_the_future(signed_at, now)
    _expect("signed_at", is_timely and request.key.proves(signed_at))
    is_ours = is_signature(
        statement.signature,
        id_=name,
        timestamp=statement.timestamp,
        body=statement.text.encode(),
        key=request.public,
    )
    _expect("statement_signature", is_ours)
    text = queue_text(statement, "" if notification.card is None else dispatch.cards[notification.card])
    _expect("too_large", len(text) <= MOST_BYTES - _BESIDE_BYTES)
    return Message(
        group=group_of(request.agent_id, notification.address),
        deduplication_id=deduplication_id(name, statement.timestamp),
        text=text,
    )


def _enqueued(request: Request, parts: FrontParts, dispatch: Dispatch, messages: Sequence[Message]) -> Answer:
    parts.sending.send(messages)
    try:
        skipped = parts.counters.skipped(request.agent_id, dispatch.sequence)
    except Unavailable as failure:  # a gap is only worth a look: what is enqueued is taken all the same
        parts.log.warning("the sequence isn't noted", agent=request.agent_id, what=str(failure))
        skipped = 0
    if skipped:
        parts.log.count("sequence_gap", skipped, agent=request.agent_id)
    parts.log.info("dispatch taken", agent=request.agent_id, dispatch=request.claim.id, notifications=len(messages))
    return _accepted(len(messages), duplicate=False)


def _accepted(number: int, *, duplicate: bool) -> Answer:
    return Answer(status=202, body={"accepted": number, "duplicate": duplicate})


def _expect(what: str, is_so: bool) -> None:  # noqa: FBT001 - it reads as a sentence
    if not is_so:
        raise _WrongError(what)
