"""Opening an issue: what was filled in, as a deed."""

from datetime import datetime

from agent.deeds import issues
from agent.deeds.issues import NewIssue
from agent.deeds.things import Numbered
from agent.ghes.answers import Refused, Unreachable
from agent.people.ports import Actor
from agent.slash.acting import Deed, Left, Performed
from agent.slash.closing import named
from agent.slash.issue_form import (
    ASSIGNEES,
    DESCRIPTION,
    LABELS,
    MILESTONE,
    TITLE,
    milestone_number,
    read_repository,
)
from agent.slash.ports import ChannelKind, Ports, SlackRefusal
from agent.slash.reply import Reply, to_person
from agent.slash.submission import Submission
from agent.subscriptions.words import code
from shared.event import Payload, number


def filled_in(submission: Submission, repository: str) -> NewIssue:
    """The issue that a form describes."""
    return NewIssue(
        repository=repository,
        title=submission.one(TITLE).strip(),
        body=submission.one(DESCRIPTION),
        assignees=tuple(submission.values.get(ASSIGNEES, ())),
        labels=tuple(submission.values.get(LABELS, ())),
        milestone=milestone_number(submission.one(MILESTONE)),
    )


def opening(submission: Submission, actor: Actor, issue: NewIssue, ports: Ports) -> Deed:
    """Open it, and post its card where it was asked for."""

    async def perform() -> Performed:
        return await issues.opened(actor, issue)

    async def left(since: datetime) -> Left:
        return await issues.opened_since(actor, issue, since)

    async def tell(made: Payload) -> Reply:
        thing = Numbered(repository=issue.repository, number=number(made, "number") or 0, is_pull=False)
        said = [f"Opened {named(thing, made, submission, ports)}."]
        if dropped := issues.missing(issue, made):
            said.append(
                f"GitHub Enterprise left out its {' and '.join(dropped)}: those take write access to the repository. "
                "Ask somebody who has it to add them."
            )
        if submission.channel_id:
            said += await _shown(submission, actor, issue, made, ports)
        return to_person(*said)

    return Deed(
        action="open",
        target=issue.repository,
        what=f"open the issue in {code(issue.repository)}",
        page=f"{ports.ghes_url}/{issue.repository}/issues",
        perform=perform,
        left=left,
        tell=tell,
        makes_numbered=True,
    )


async def _shown(submission: Submission, actor: Actor, issue: NewIssue, made: Payload, ports: Ports) -> list[str]:
    """Post the card; what is to be said where there can be none."""
    await ports.channel_settings.used(submission.address, issue.repository)
    if not await _may_post(submission, ports):
        return [
            "Its card isn't posted here, since I'm not in this conversation. `/invite @ghe` brings me into a channel."
        ]
    repository = await read_repository(actor, issue.repository)
    if isinstance(repository, Refused | Unreachable):
        return []
    await ports.cards.post(submission.address, repository, made, actor.person)
    return []


async def _may_post(submission: Submission, ports: Ports) -> bool:
    """Whether a card can reach the channel, as far as Slack says."""
    match await ports.channels.describe(submission.address):
        case SlackRefusal(reason=reason):
            return reason != "channel_not_found"
        case channel:
            return channel.bot_is_member or channel.kind is ChannelKind.PUBLIC
