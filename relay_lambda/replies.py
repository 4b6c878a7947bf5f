"""Answers that several routes give."""

from relay_lambda.answer import Answer, refused
from relay_lambda.parts import FrontParts
from relay_lambda.request import Request


def conflict(request: Request, parts: FrontParts) -> Answer:
    """The request's id was used for something else."""
    parts.log.count("replay_reject", agent=request.agent_id, request=request.claim.id)
    return refused(409, "other_content")


def stale(request: Request, parts: FrontParts) -> Answer:
    """A newer request has been here."""
    parts.log.warning("an older request came after a newer one", agent=request.agent_id, request=request.claim.id)
    return refused(409, "newer_request")
