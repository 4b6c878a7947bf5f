"""Bot tokens that end, with real processes: the relay waits for the agent's next one, and other workspaces go on."""

import pytest

from infra.sandbox.slack import rotation
from tests.cloud.conftest import Rig, until

pytestmark = pytest.mark.cloud


async def test_what_meets_an_expired_token_is_said_once_the_agent_has_put_a_new_one(rig: Rig) -> None:
    slack = rig.world.slack
    installation = slack.team("acme").installation
    rotation.begin(slack, installation)
    await rig.register()
    installation.ends_at = slack.clock.now().timestamp() - 1
    await rig.dispatch(["first"])

    async with rig.cloud.polling(concurrency=1):  # by one process, which remembers the token
        await until(lambda: len(rig.asked_at()) >= 2)
        await rig.dispatch(["second"])
        said_without = rig.texts()
        rotation.begin(slack, installation)
        await rig.register()
        receipts = await rig.receipts(2)

    assert (said_without, rig.texts()) == ([], ["first", "second"])
    assert [(each["id"], each["outcome"]) for each in receipts] == [("first", "delivered"), ("second", "delivered")]
    assert rig.dead_letters() == 0


async def test_a_token_revoked_in_one_workspace_of_many_stops_that_one_alone(rig: Rig) -> None:
    slack = rig.world.slack
    gone, other = slack.teams.values()
    await rig.register(other.domain)
    gone.token_error = "token_revoked"
    await rig.dispatch(["not here"])
    await rig.dispatch(["nor here"], "random")
    await rig.dispatch(["there"], "general", other.domain)

    async with rig.cloud.polling():
        await until(lambda: rig.texts("general", other.domain) and rig.queued() == 0)
        receipts = {each["id"]: each for each in await rig.receipts(3)}

    assert rig.texts("general", other.domain) == ["there"]
    assert rig.texts("general") == rig.texts("random") == []
    assert receipts["there"]["outcome"] == "delivered"
    assert [(receipts[id_]["outcome"], receipts[id_]["reason"]) for id_ in ("not here", "nor here")] == [
        ("refused", "token_revoked")
    ] * 2
    assert rig.dead_letters() >= 1
