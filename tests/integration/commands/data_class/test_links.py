"""Links that people share, in every data class."""

from typing import Any

import pytest

from infra.sandbox.ghes import happen
from infra.sandbox.slack import people
from shared.card import DataClass

PATHS = (
    "acme/docs/issues/1",
    "acme/docs/issues/1#issuecomment-{comment}",
    "acme/docs/pull/2",
    "acme/docs/blob/main/src/zqname.py#L3-L30",
    "acme/docs",
    "acme",
    "zqperson-ada",
)


@pytest.mark.parametrize("together", [1, 2], ids=["full", "condensed"])
@pytest.mark.parametrize("data_class", DataClass)
async def test_no_preview_says_more_than_its_data_class_shows(
    watched: Any, desk: Any, classify: Any, data_class: DataClass, together: int
) -> None:
    await classify(data_class)
    ghes, grace = desk.rig.ghes, desk.people["grace"]
    comment = happen.comment(ghes, desk.docs, desk.issue(), by=grace, body="zqtext indeed")
    happen.open_pull(ghes, desk.docs, by=grace, title="zqname mends", head="zqname-head", body="zqtext, again")
    addresses = [f"{desk.rig.world.ghes_server.url}/{path.format(comment=comment.id)}" for path in PATHS]

    shown = 0
    for at in range(0, len(addresses) - together + 1, together):
        said = people.say(desk.rig.slack, "acme", "dev", "mona", " ".join(addresses[at : at + together]))
        await desk.rig.answered()
        shown += len(desk.rig.slack.channel("acme", "dev").messages[said.ts].unfurls)
    for address in addresses:  # Slack has told them itself, and wants them back as keys
        watched.sent[:] = [each.replace(f'"{address}": {{'.encode(), b"{") for each in watched.sent]

    assert watched.leaks(data_class) == []
    assert watched.said() == watched.shown(data_class)
    assert shown == len(addresses) // together * together


@pytest.mark.parametrize("data_class", DataClass)
async def test_a_question_about_something_private_names_its_repository_only(
    watched: Any, desk: Any, classify: Any, data_class: DataClass
) -> None:
    await classify(data_class)
    ghes, api = desk.rig.ghes, desk.rig.ghes.repository("acme/api")
    happen.open_issue(ghes, api, by=desk.people["ada"], title="zqname", body="zqtext")

    people.say(desk.rig.slack, "acme", "dev", "mona", f"{desk.rig.world.ghes_server.url}/acme/api/issues/1")
    await desk.rig.answered()

    [prompt] = [each for each in desk.rig.seen("dev") if each.ephemeral_for]
    assert watched.said() == set()
    assert "acme/api" in prompt.text
