"""Links in messages: what is shown of them to everybody, and what to nobody."""

from typing import Any

from agent.previews.deciding import EVERYWHERE
from agent.store.previews import SqlPreviews
from infra.sandbox.ghes import happen
from infra.sandbox.slack import people


async def test_one_link_to_an_issue_gets_its_full_card(sharing: Any) -> None:
    sharing.opened("acme/docs", "The tap drips", body="Since *Monday*.")

    [preview] = await sharing.shows("acme/docs/issues/1")

    assert "Issue opened by ada" in preview
    assert "#1 The tap drips" in preview
    assert "Since" in preview
    assert "Comment" in preview
    assert sharing.prompts() == []


async def test_one_link_to_a_pull_request_shows_its_checks_and_of_two_none_does(sharing: Any) -> None:
    ghes = sharing.rig.ghes
    docs, ada = ghes.repository("acme/docs"), ghes.account("ada")
    pull = happen.open_pull(ghes, docs, by=ada)
    sharing.opened("acme/docs")
    sha = docs.branches["mend"]
    happen.report_check(ghes, docs, sha, "success", by=ada)
    happen.set_status(ghes, docs, sha, "failure", by=ada)
    path = f"acme/docs/pull/{pull.number}"

    [alone] = await sharing.shows(path)
    beside = await sharing.shows(path, "acme/docs/issues/2", channel="dev")

    assert "*Checks*  1/2 successful" in alone
    assert "ci/jenkins" in alone
    assert (len(beside), "Checks" in "".join(beside)) == (2, False)


async def test_two_links_get_condensed_cards_and_three_none(sharing: Any) -> None:
    for number in range(5):
        sharing.opened("acme/docs", f"Leak {number}", body="Wet.")

    two = await sharing.shows("acme/docs/issues/1", "acme/docs/issues/2")
    three = await sharing.shows("acme/docs/issues/3", "acme/docs/issues/4", "acme/docs/issues/5")

    assert ["#1 Leak 0" in two[0], "#2 Leak 1" in two[1]] == [True, True]
    assert not any("Wet." in each for each in two)
    assert three == []


async def test_the_same_link_in_the_same_channel_is_shown_again_after_30_minutes(sharing: Any) -> None:
    sharing.opened("acme/docs")
    first = await sharing.shows("acme/docs/issues/1")

    second = await sharing.shows("acme/docs/issues/1")
    elsewhere = await sharing.shows("acme/docs/issues/1", channel="dev")
    await sharing.rig.passes(1801, step_s=300)
    later = await sharing.shows("acme/docs/issues/1")

    assert [len(each) for each in (first, second, elsewhere, later)] == [1, 0, 1, 1]


async def test_what_the_sharer_may_not_read_is_shown_to_nobody_and_asked_about_nowhere(sharing: Any) -> None:
    sharing.opened("acme/api")

    hidden = await sharing.say(sharing.url("acme/api/issues/1"), user="defunkt")
    missing = await sharing.say(sharing.url("acme/nowhere/issues/1"), user="defunkt")

    assert [dict(each.unfurls) for each in (hidden, missing)] == [{}, {}]
    assert sharing.prompts(user="defunkt") == []
    assert not {"chat.unfurl", "chat.postEphemeral"} & set(sharing.rig.called())


async def test_nothing_is_shown_in_a_channel_that_has_turned_previews_off(sharing: Any) -> None:
    sharing.opened("acme/docs")
    panel = await sharing.rig.said("settings")
    sharing.rig.click(panel, "Turn rich previews off")
    await sharing.rig.answered()

    shown = await sharing.shows("acme/docs/issues/1")

    assert shown == []


async def test_guests_and_strangers_are_nobody_on_the_server(sharing: Any) -> None:
    sharing.opened("acme/docs")
    await sharing.link("gus", "ada")
    await sharing.link("stella", "ada")

    shown = [await sharing.shows("acme/docs/issues/1", channel="partners", user=user) for user in ("gus", "stella")]

    assert shown == [[], []]
    assert [sharing.prompts("partners", user) for user in ("gus", "stella")] == [[], []]


async def test_a_comment_a_file_a_repository_and_accounts_have_previews(sharing: Any) -> None:
    ghes = sharing.rig.ghes
    docs = ghes.repository("acme/docs")
    issue = sharing.opened("acme/docs", "The tap drips")
    comment = happen.comment(ghes, docs, issue, by=ghes.account("grace"), body="Use *teflon* tape.")
    docs.files["src/tap.py"] = "\n".join(f"line {number} <tap> ```" for number in range(1, 40))
    happen.create_branch(ghes, docs, "fix/tap", by=ghes.account("ada"))

    said = {
        path: "\n".join(await sharing.shows(path))
        for path in (
            f"acme/docs/issues/1#issuecomment-{comment.id}",
            "acme/docs/blob/fix/tap/src/tap.py#L3-L5",
            "acme/docs",
            "acme",
            "orgs/globex",
            "grace",
        )
    }

    of_comment, of_file, of_repository, of_acme, of_globex, of_grace = said.values()
    assert "Comment on issue by grace" in of_comment
    assert "teflon" in of_comment
    assert "line 3 &lt;tap&gt; ˋˋˋ\nline 4" in of_file
    assert "line 6" not in of_file
    assert "The docs of Acme" in of_repository
    assert "Organization" in of_acme
    assert "Organization" in of_globex
    assert "Grace Hopper" in of_grace


async def test_a_pull_request_is_shown_by_either_of_its_addresses(sharing: Any) -> None:
    ghes = sharing.rig.ghes
    happen.open_pull(ghes, ghes.repository("acme/docs"), by=ghes.account("ada"), title="Mend it", head="mend")

    by_pull = await sharing.shows("acme/docs/pull/1/files")
    by_issue = await sharing.shows("acme/docs/issues/1", channel="dev")

    assert ["Mend it" in each and "Pull request opened by ada" in each for each in by_pull + by_issue] == [True, True]


async def test_a_transferred_issue_counts_for_the_repository_that_it_is_in_now(sharing: Any) -> None:
    ghes = sharing.rig.ghes
    docs, api = ghes.repository("acme/docs"), ghes.repository("acme/api")
    happen.transfer_issue(ghes, docs, sharing.opened("acme/docs"), api, by=ghes.account("ada"))

    shown = await sharing.shows("acme/docs/issues/1")

    assert shown == []
    assert ["acme/api" in each.text for each in sharing.prompts()] == [True]


async def test_a_draft_shows_what_everybody_may_read_and_asks_nothing(sharing: Any) -> None:
    sharing.opened("acme/docs")
    sharing.opened("acme/api")
    slack = sharing.rig.slack

    for user, repository in (("mona", "acme/docs"), ("mona", "acme/api"), ("ada", "acme/api")):
        people.compose(slack, "acme", "general", user, sharing.url(f"{repository}/issues/1"))
    await sharing.rig.answered()

    shown = [url for links in slack.links.values() for url in links.previews]
    assert shown == [sharing.url("acme/docs/issues/1")]
    assert [method for method in sharing.rig.called() if method.startswith("chat.")] == ["chat.unfurl"]


async def test_a_draft_shows_nothing_private_even_where_always_was_said(sharing: Any) -> None:
    sharing.opened("acme/api")
    slack, memory = sharing.rig.slack, SqlPreviews(sharing.rig.store, sharing.rig.clock)
    mona, api = slack.user("acme", "mona"), sharing.rig.ghes.repository("acme/api")
    await memory.always(slack.team("acme").team_id, mona.user_id, api.id, EVERYWHERE)

    people.compose(slack, "acme", "general", "mona", sharing.url("acme/api/issues/1"))
    await sharing.rig.answered()

    assert [url for links in slack.links.values() for url in links.previews] == []


async def test_the_same_event_again_shows_nothing_else(sharing: Any) -> None:
    sharing.opened("acme/docs")
    said = await sharing.say(sharing.url("acme/docs/issues/1"))

    sharing.rig.slack.line.start(_copy(sharing.rig.slack.line.deliveries[-1]))
    await sharing.rig.answered()

    assert len(said.unfurls) == 1
    assert sharing.rig.called().count("chat.unfurl") == 1


async def test_a_preview_that_slack_refuses_is_not_tried_for_ever(sharing: Any) -> None:
    sharing.opened("acme/docs")
    people.say(sharing.rig.slack, "acme", "general", "mona", sharing.url("acme/docs/issues/1"))
    [message] = [each for each in sharing.rig.slack.channel("acme", "general").messages.values() if not each.bot_id]
    sharing.rig.slack.links.clear()

    await sharing.rig.answered()
    await sharing.rig.passes(600, step_s=30)

    assert dict(sharing.again(message).unfurls) == {}
    assert sharing.rig.called().count("chat.unfurl") == 1


async def test_a_workspace_gets_no_more_than_its_data_class(sharing: Any, classify: Any) -> None:
    sharing.opened("acme/docs", "The tap drips", body="Since Monday.")

    await classify("title")
    [titled] = await sharing.shows("acme/docs/issues/1")
    await classify("link")
    [linked] = await sharing.shows("acme/docs/issues/1", channel="dev")

    assert ("The tap drips" in titled, "Monday" in titled) == (True, False)
    assert ("#1" in linked, "tap" in linked, "ada" in linked) == (True, False, False)


def _copy(delivery: Any) -> Any:
    return type(delivery)(kind=delivery.kind, payload=delivery.payload)
