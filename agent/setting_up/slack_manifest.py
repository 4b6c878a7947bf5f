"""Making the Slack app of our manifest, and bringing the one that is there up to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.manifests import Manifest, slack_manifest
from agent.setting_up.failing import failure
from agent.setting_up.ground import Ground
from agent.setup.slack_app import Change, Generated
from agent.setup.trouble import Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """An app, what is another thing there than in our manifest, and the token that may change it."""

    app_id: str
    token: str = field(repr=False)
    changes: Sequence[Change]


async def generate(token: str, ground: Ground) -> Generated:
    """Make it. Raises `Failure`."""
    made = await ground.apps.generate(token, manifest(ground))
    if isinstance(made, Trouble):
        raise failure(made)
    return made


async def looked_up(token: str, app_id: str, ground: Ground) -> Renewal:
    """What an update would change; nothing is changed yet. Raises `Failure`."""
    access = await ground.apps.access(token)
    if isinstance(access, Trouble):
        raise failure(access)
    found = await ground.apps.difference(access, app_id, manifest(ground))
    if isinstance(found, Trouble):
        raise failure(found)
    return Renewal(app_id=app_id, token=access, changes=found)


async def bring_up_to_date(renewal: Renewal, ground: Ground) -> list[str]:
    """Change what differs; lines about it. Raises `Failure`."""
    app_id, says = renewal.app_id, []
    if renewal.changes:
        done = await ground.apps.update(renewal.token, app_id, manifest(ground))
        if isinstance(done, Trouble):
            raise failure(done)
        says += [f"Slack app {app_id}, {each.place}: {each.now} -> {each.new}" for each in renewal.changes]
        await ground.note("update Slack app", app_id)
        says += ["Its permissions changed: install it again in each workspace."] * done
    return [*says, f"The Slack app {app_id} is up to date."]


def manifest(ground: Ground) -> Manifest:
    """The Slack app of the settings in effect."""
    settings = ground.settings
    return slack_manifest(
        settings.agent_url, settings.ghes_url, command=settings.slack_command, name=settings.slack_app_name
    )
