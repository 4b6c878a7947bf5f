"""Guests, and people of other organisations (Slack Connect). Source: slack.md §16."""

from typing import Any

from infra.sandbox.slack.people import click, click_in_view, open_home, say, shortcut
from infra.sandbox.slack.population import add_guest, add_stranger, share_channel
from infra.sandbox.slack.workspace import invite, kick

HOME = {
    "type": "home",
    "blocks": [
        {
            "type": "actions",
            "elements": [{"type": "button", "text": {"type": "plain_text", "text": "More"}, "action_id": "more"}],
        }
    ],
}


async def test_a_guest_is_marked_as_one(slack: Any) -> None:
    single = add_guest(slack.world, "acme", "solo", channels=["dev"], single=True)
    gus = slack.world.user("acme", "gus")

    shown = [(await slack.call("users.info", user=one.user_id))["user"] for one in (gus, single)]

    assert [(one["is_restricted"], one["is_ultra_restricted"]) for one in shown] == [(True, False), (True, True)]
    assert [one["team_id"] for one in shown] == [slack.world.team("acme").team_id] * 2
    assert single.user_id in slack.world.channel("acme", "dev").members


async def test_a_stranger_has_a_workspace_of_their_own_and_no_address(slack: Any) -> None:
    stella = slack.world.user("acme", "stella")

    shown = (await slack.call("users.info", user=stella.user_id))["user"]
    kick(slack.world, "acme", "partners", "stella")
    unknown = (await slack.call("users.info", user=stella.user_id))["user"]

    assert shown["team_id"] == shown["profile"]["team"] == stella.home_team_id
    assert shown["team_id"] != slack.world.team("acme").team_id
    assert "email" not in shown["profile"]
    assert (shown["is_stranger"], unknown["is_stranger"]) == (False, True)


async def test_a_shared_channel_says_so(slack: Any) -> None:
    share_channel(slack.world, "acme", "random", "globex")

    shared = (await slack.call("conversations.info", channel=slack.id("random")))["channel"]
    own = (await slack.call("conversations.info", channel=slack.id("dev")))["channel"]

    assert (shared["is_ext_shared"], shared["is_shared"], own["is_ext_shared"]) == (True, True, False)
    assert slack.world.team("globex").team_id in shared["shared_team_ids"]


def test_an_event_of_a_stranger_names_both_workspaces(slack: Any) -> None:
    slack.world.app.events |= {"message.channels"}
    home, stella = slack.world.team("acme"), slack.world.user("acme", "stella")

    say(slack.world, "acme", "partners", "stella", "Hello")
    say(slack.world, "acme", "partners", "mona", "Hello")

    theirs, ours = (it.payload for it in slack.world.line.deliveries)
    assert theirs["team_id"] == theirs["event"]["user_team"] == theirs["event"]["team"] == stella.home_team_id
    assert theirs["authorizations"][0]["team_id"] == theirs["context_team_id"] == home.team_id
    assert (theirs["is_ext_shared_channel"], ours["is_ext_shared_channel"]) == (True, True)
    assert ours["team_id"] == home.team_id
    assert "user_team" not in ours["event"]


def test_an_event_in_a_channel_of_one_organisation_says_so(slack: Any) -> None:
    delivery = invite(slack.world, "acme", "dev", "gus")

    assert delivery is not None
    assert not delivery.payload["is_ext_shared_channel"]


async def test_a_stranger_clicks_in_our_workspace_and_is_of_another(slack: Any) -> None:
    home, stella = slack.world.team("acme"), slack.world.user("acme", "stella")
    ts = await slack.post("partners", blocks=HOME["blocks"])

    payload = click(slack.world, "acme", "partners", ts, "stella", "More").payload

    assert payload["user"]["team_id"] == stella.home_team_id
    assert payload["team"] == {"id": home.team_id, "domain": "acme"}


async def test_only_the_view_says_for_which_workspace_a_stranger_uses_it(slack: Any) -> None:
    """slack.md §16: `view.app_installed_team_id` comes before `team`."""
    home, stella = slack.world.team("acme"), add_stranger(slack.world, "acme", "zoe", channels=["dev"], home="globex")
    view = (await slack.call("views.publish", user_id=stella.user_id, view=HOME))["view"]

    payload = click_in_view(slack.world, view["id"], "More").payload

    assert payload["view"]["app_installed_team_id"] == home.team_id
    assert payload["team"] == {"id": slack.world.team("globex").team_id, "domain": "globex"}
    assert payload["user"]["team_id"] == slack.world.team("globex").team_id


def test_a_person_has_one_id_in_both_workspaces(slack: Any) -> None:
    ada = slack.world.user("globex", "ada")

    stranger = add_stranger(slack.world, "acme", "ada", channels=["dev"], home="globex")

    assert stranger.user_id == ada.user_id
    assert slack.world.user("globex", ada.user_id).home_team_id == ""
    assert slack.world.channel("acme", "dev").shared_with == {slack.world.team("globex").team_id}


def test_a_shortcut_and_home_of_people_here_are_ours(slack: Any) -> None:
    home = slack.world.team("acme")

    everywhere = shortcut(slack.world, "acme", "gus", "ghe_create_issue").payload
    opened = open_home(slack.world, "acme", "gus")

    assert everywhere["user"]["team_id"] == everywhere["team"]["id"] == home.team_id
    assert opened is not None
    assert opened.payload["team_id"] == home.team_id
