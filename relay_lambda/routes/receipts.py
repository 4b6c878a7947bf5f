"""`POST /v1/receipts`: what came of this agent's notifications, and of nobody else's."""

from relay_lambda.answer import Answer, refused
from relay_lambda.parts import FrontParts
from relay_lambda.replies import conflict
from relay_lambda.request import Request
from shared.relay_requests import receipts_of


def answer(request: Request, parts: FrontParts) -> Answer:
    """A page of them; the same request, sent again, is answered anew, since its answer was lost."""
    try:
        asked = receipts_of(request.fields)
    except ValueError:
        return refused(400, "no_cursor")

    def fetched() -> Answer:
        found = parts.receipts.since(request.agent_id, asked.after, asked.limit)
        body = {"receipts": list(found.receipts), "cursor": found.cursor, "more": found.more}
        return Answer(status=200, body=body)

    return parts.replay.once(request.use, fetched, again=fetched, other=lambda: conflict(request, parts))
