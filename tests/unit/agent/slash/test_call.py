from agent.slash.call import Call, call
from agent.slash.click import click
from shared.address import Address

COMMAND = {
    "command": "/ghe",
    "text": "subscribe octo/shop +label:“größe”",
    "team_id": "T1",
    "enterprise_id": "E1",
    "channel_id": "C1",
    "channel_name": "dev",
    "user_id": "U1",
    "user_name": "ann",
    "response_url": "https://hooks.slack.com/commands/1",
    "trigger_id": "1.2.abc",
    "is_enterprise_install": "false",
}

BUTTON = {
    "type": "block_actions",
    "trigger_id": "3.4.def",
    "team": {"id": "T1"},
    "user": {"id": "U2", "team_id": "T2"},
    "channel": {"id": "C1"},
    "response_url": "https://hooks.slack.com/actions/1",
    "actions": [{"action_id": "undo", "value": "7", "type": "button"}],
}


def test_a_command_becomes_a_call() -> None:
    made = call(COMMAND)

    assert made == Call(
        id="1.2.abc",
        command="/ghe",
        text="subscribe octo/shop +label:“größe”",
        team_id="T1",
        enterprise_id="E1",
        channel_id="C1",
        channel_name="dev",
        user_id="U1",
        response_url="https://hooks.slack.com/commands/1",
    )
    assert made.address == Address(team_id="T1", channel_id="C1")


def test_a_payload_without_its_fields_is_a_call_all_the_same() -> None:
    made = call({"text": None, "enterprise_id": 5})

    assert (made.command, made.text, made.enterprise_id) == ("/ghe", "", "")


def test_a_clicked_button_becomes_a_click() -> None:
    made = click(BUTTON)

    assert made is not None
    assert (made.id, made.action_id, made.value, made.user_id) == ("3.4.def", "undo", "7", "U2")
    assert made.address == Address(team_id="T1", channel_id="C1")


def test_a_click_without_team_and_channel_is_found_by_its_user_and_container() -> None:
    made = click({**BUTTON, "team": None, "channel": None, "container": {"channel_id": "D1"}})

    assert made is not None
    assert made.address == Address(team_id="T2", channel_id="D1")


def test_a_payload_without_an_action_is_no_click() -> None:
    assert click({"type": "block_actions", "actions": []}) is None
