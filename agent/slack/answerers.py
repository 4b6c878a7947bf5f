"""The answered lane: what must be in the acknowledgement itself, within Slack's three seconds."""

from collections.abc import Mapping, Sequence

import structlog

from agent.slack.inbox import Acknowledgement, Answerer
from agent.slack.socket_mode.envelope import Envelope
from agent.slash.form import option_of
from agent.slash.guards import mistaken
from agent.slash.ports import Ports
from agent.slash.submission import submission, typing
from agent.slash.tables import Check, Option, Suggest, flows
from shared.blockkit import limits
from shared.clock import Clock

log = structlog.get_logger()
SUGGEST_S = 2.0


def answerers(ports: Ports, clock: Clock) -> Mapping[str, Answerer]:
    """By `block_suggestion:<action_id>` and `view_submission:<callback_id>`."""
    found = flows()
    suggestions = {f"block_suggestion:{word}": _suggesting(each, ports, clock) for word, each in found.options.items()}
    checks = {f"view_submission:{word}": _checking(each) for word, each in found.checks.items()}
    return {**suggestions, **checks}


def _suggesting(suggest: Suggest, ports: Ports, clock: Clock) -> Answerer:
    async def answer(envelope: Envelope) -> Acknowledgement:
        asked = typing(envelope.payload)
        try:
            async with clock.timeout(SUGGEST_S):
                return {"options": [] if await mistaken(asked, ports) else _options(await suggest(asked, ports))}
        except TimeoutError:
            log.info("suggestions came too late", action_id=asked.action_id)
        except Exception:  # the edge of the lane: no suggestions are better than no acknowledgement
            log.exception("there are no suggestions", action_id=asked.action_id)
        return {"options": []}

    return answer


def _checking(check: Check) -> Answerer:
    async def answer(envelope: Envelope) -> Acknowledgement | None:
        errors = check(submission(envelope.payload))
        return {"response_action": "errors", "errors": dict(errors)} if errors else None

    return answer


def _options(found: Sequence[Option]) -> list[dict[str, object]]:
    """As Block Kit; Slack refuses all of them when two have one value, or one has none."""
    by_value = {option.value[: limits.OPTION_TEXT]: option for option in found if option.value and option.text}
    return [option_of(option) for option in list(by_value.values())[: limits.OPTIONS]]
