"""Modals and Home. Source: slack.md §10, §12, §13."""

from typing import Any

import pytest

from infra.sandbox.slack.people import (
    click_in_view,
    dismiss,
    home_view,
    open_home,
    open_view,
    shortcut,
    submit,
    suggest,
)
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.view_rules import check_view


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


FILLED = {"Title": "Broken", "Repository": {"text": plain("octo/repo"), "value": "1"}}


def field(block_id: str, label: str, element: dict[str, Any]) -> dict[str, Any]:
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element}


def modal(title: str = "New issue", **fields: Any) -> dict[str, Any]:
    repository = {"type": "external_select", "action_id": "repo"}
    blocks = [
        field("title", "Title", {"type": "plain_text_input", "action_id": "t"}),
        field("repo", "Repository", repository),
    ]
    return {"type": "modal", "title": plain(title), "submit": plain("Create"), "blocks": blocks, **fields}


async def opened(slack: Any, **fields: Any) -> dict[str, Any]:
    trigger = shortcut(slack.world, "acme", "mona", "x").payload["trigger_id"]
    body = await slack.call("views.open", trigger_id=trigger, view=modal(**fields))
    assert body["ok"], body
    return dict(body["view"])


async def test_a_trigger_opens_one_view_within_three_seconds(slack: Any) -> None:
    """slack.md §12."""
    quick = shortcut(slack.world, "acme", "mona", "x").payload["trigger_id"]
    slow = shortcut(slack.world, "acme", "mona", "x").payload["trigger_id"]

    first = await slack.call("views.open", trigger_id=quick, view=modal())
    second = await slack.call("views.open", trigger_id=quick, view=modal())
    await slack.clock.advance(3.1)
    late = await slack.call("views.open", trigger_id=slow, view=modal())

    assert first["ok"]
    assert (second["error"], late["error"]) == ("exchanged_trigger_id", "expired_trigger_id")
    assert open_view(slack.world, "acme", "mona").view_id == first["view"]["id"]  # type: ignore[union-attr]


async def test_a_stack_holds_three(slack: Any) -> None:
    """slack.md §13."""
    view = await opened(slack, blocks=[{"type": "actions", "elements": [{"type": "button", "text": plain("More")}]}])
    answers = []
    for _ in range(3):
        top = open_view(slack.world, "acme", "mona")
        assert top is not None
        trigger = click_in_view(slack.world, top.view_id, "More").payload["trigger_id"]
        answers.append(await slack.call("views.push", trigger_id=trigger, view={**top.body, "title": plain("Deeper")}))

    assert [answer.get("error") for answer in answers] == [None, None, "push_limit_reached"]
    assert answers[0]["view"]["root_view_id"] == view["id"]


async def test_an_update_needs_the_present_hash_when_it_gives_one(slack: Any) -> None:
    """slack.md §10: `hash_conflict`."""
    view = await opened(slack, external_id="issue-1")

    good = await slack.call("views.update", view_id=view["id"], hash=view["hash"], view=modal("Newer"))
    stale = await slack.call("views.update", view_id=view["id"], hash=view["hash"], view=modal("Newest"))

    assert (good["ok"], stale["error"]) == (True, "hash_conflict")
    assert good["view"]["title"]["text"] == "Newer"


async def test_an_external_id_names_one_view(slack: Any) -> None:
    """slack.md §10: `duplicate_external_id`."""
    view = await opened(slack, external_id="issue-1")
    other = shortcut(slack.world, "acme", "ada", "x").payload["trigger_id"]

    body = await slack.call("views.open", trigger_id=other, view=modal(external_id="issue-1"))
    found = await slack.call("views.update", external_id="issue-1", view=modal("Found", external_id="issue-1"))

    assert body["error"] == "duplicate_external_id"
    assert found["view"]["id"] == view["id"]


async def test_a_submission_has_the_state_and_closes_the_modal(slack: Any, connect: Any) -> None:
    view = await opened(slack)
    peer = await connect(slack)
    option = {"text": plain("octo/repo"), "value": "1"}

    delivery = submit(slack.world, view["id"], {"Title": "Broken", "Repository": option})
    frame = await peer.frame()
    await peer.acknowledge(frame)
    await delivery.finished()

    values = frame["payload"]["view"]["state"]["values"]
    assert frame["accepts_response_payload"]
    assert values["title"]["t"]["value"] == "Broken"
    assert values["repo"]["repo"]["selected_option"] == option
    assert open_view(slack.world, "acme", "mona") is None


async def test_errors_keep_the_modal_open_and_belong_to_inputs(slack: Any, connect: Any) -> None:
    """slack.md §13: `response_action: errors` is keyed by block_id of input blocks."""
    view = await opened(slack)
    peer = await connect(slack)
    for errors in ({"title": "Give the issue a title."}, {"nowhere": "x"}):
        delivery = submit(slack.world, view["id"], FILLED)
        await peer.acknowledge(await peer.frame(), {"response_action": "errors", "errors": errors})
        await delivery.finished()

    assert open_view(slack.world, "acme", "mona") is not None
    assert slack.world.complaints == ["the payload of an acknowledgement is refused: invalid_arguments"]


@pytest.mark.parametrize(("action", "title"), [("update", "Done"), ("push", "Done"), ("clear", None)])
async def test_what_an_acknowledgement_does_to_the_modal(
    slack: Any, connect: Any, action: str, title: str | None
) -> None:
    """slack.md §3: `response_action`."""
    view = await opened(slack)
    peer = await connect(slack)

    delivery = submit(slack.world, view["id"], FILLED)
    await peer.acknowledge(await peer.frame(), {"response_action": action, "view": modal("Done")})
    await delivery.finished()

    top = open_view(slack.world, "acme", "mona")
    assert (top.body["title"]["text"] if top else None) == title


async def test_suggestions_are_the_acknowledgement(slack: Any, connect: Any) -> None:
    """slack.md §0.4: for block_suggestion the options are the ack."""
    view = await opened(slack)
    peer = await connect(slack)

    delivery = suggest(slack.world, view["id"], "Repository", "oct")
    frame = await peer.frame()
    await peer.acknowledge(frame, {"options": [{"text": plain("octo/repo"), "value": "1"}]})
    await delivery.finished()

    assert (frame["payload"]["type"], frame["payload"]["value"]) == ("block_suggestion", "oct")
    assert delivery.answer == {"options": [{"text": plain("octo/repo"), "value": "1"}]}


async def test_closing_is_told_only_on_request(slack: Any) -> None:
    quiet = await opened(slack)
    assert dismiss(slack.world, quiet["id"]) is None
    loud = await opened(slack, notify_on_close=True)

    delivery = dismiss(slack.world, loud["id"])

    assert delivery is not None
    assert delivery.payload["type"] == "view_closed"


async def test_home_is_published_for_a_person(slack: Any) -> None:
    mona = slack.world.user("acme", "mona").user_id
    home = {"type": "home", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "hi"}}]}

    first = await slack.call("views.publish", user_id=mona, view=home)
    second = await slack.call("views.publish", user_id=mona, view={**home, "callback_id": "again"})
    slack.world.app.home_tab = False
    off = await slack.call("views.publish", user_id=mona, view=home)

    assert first["view"]["id"] == second["view"]["id"]
    assert home_view(slack.world, "acme", "mona").body["callback_id"] == "again"  # type: ignore[union-attr]
    assert off["error"] == "not_enabled"
    assert open_home(slack.world, "acme", "mona").payload["event"]["view"]["id"] == first["view"]["id"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("met", "missed"),
    [
        ({"title": plain("x" * 24)}, {"title": plain("x" * 25)}),
        ({"submit": plain("x" * 24)}, {"submit": plain("x" * 25)}),
        ({"close": plain("x" * 24)}, {"close": plain("x" * 25)}),
        ({"callback_id": "x" * 255}, {"callback_id": "x" * 256}),
        ({"private_metadata": "x" * 3000}, {"private_metadata": "x" * 3001}),
        ({"blocks": [{"type": "divider"}] * 100}, {"blocks": [{"type": "divider"}] * 101}),
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_a_limit_of_modals_is_kept_to_the_character(met: dict[str, Any], missed: dict[str, Any]) -> None:
    """slack.md §13."""
    check_view(modal() | met, kinds=("modal",))

    with pytest.raises(Refused, match="invalid_arguments"):
        check_view(modal() | missed, kinds=("modal",))


def test_an_input_needs_a_submit_button_and_a_view_has_its_size() -> None:
    """slack.md §13: `submit` required with an input block; view ≤ 250 kB."""
    without = modal()
    del without["submit"]
    big = modal(blocks=[{"type": "section", "text": plain("x" * 3000)}] * 90)

    with pytest.raises(Refused, match="invalid_arguments"):
        check_view(without, kinds=("modal",))
    with pytest.raises(Refused, match="view_too_large"):
        check_view(big, kinds=("modal",))
