"""What a file of `ghe-slack setup` declares, and the one sentence for what it can't."""

from pathlib import Path

import pytest

from agent.setting_up import file
from agent.setting_up.declared import Declared, DeclaredWorkspace
from agent.settings_errors import SettingsError
from shared.card import DataClass


def read(folder: Path, text: str) -> Declared:
    path = folder / "setup.toml"
    path.write_text(text, encoding="utf-8")
    return file.read(path)


def test_a_whole_file_is_read_with_the_texts_that_lie_in_files(tmp_path: Path) -> None:
    (tmp_path / "app.pem").write_text("-----BEGIN\nKEY-----\n")
    text = """
        [github_app]
        id = 12
        private_key_file = "app.pem"
        [slack_app]
        configuration_token = "xoxe.xoxp-1"
        update = true
        enabled = false
        allowed_workspaces = ["T1", "T2"]
        [[workspaces]]
        id = "T1"
        bot_token = "xoxb-1"
        data_class = "title"
        transport = "direct"
    """

    declared = read(tmp_path, text)

    assert declared == Declared(
        github_app={"ghes_app_id": "12", "ghes_private_key": "-----BEGIN\nKEY-----"},
        slack_app={"slack_enabled": "false", "slack_allowed_workspaces": "T1,T2"},
        configuration_token="xoxe.xoxp-1",
        should_update=True,
        workspaces=(
            DeclaredWorkspace(team_id="T1", bot_token="xoxb-1", data_class=DataClass.TITLE, transport="direct"),
        ),
    )


def test_what_is_to_be_taken_away_is_read(tmp_path: Path) -> None:
    text = """
        [github_app]
        forget = true
        [slack_app]
        forget = true
        [[workspaces]]
        id = "T1"
        remove = true
    """

    declared = read(tmp_path, text)

    assert declared == Declared(
        should_forget_github_app=True,
        should_forget_slack_app=True,
        workspaces=(DeclaredWorkspace(team_id="T1", should_remove=True),),
    )


def test_what_is_not_to_be_taken_away_stands_beside_anything(tmp_path: Path) -> None:
    declared = read(tmp_path, "[github_app]\nid = 12\nset_webhook_address = true\nforget = false")

    assert declared == Declared(github_app={"ghes_app_id": "12"}, should_point_webhook=True)


def test_an_empty_file_declares_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "") == Declared()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[github_app", "setup.toml isn't TOML: "),
        ("[slack]", "setup.toml, slack isn't known; there are github_app, slack_app, workspaces."),
        ("[github_app]\nname = 'x'", "github_app: name isn't known; there are id, slug, private_key, "),
        ("github_app = 3", "github_app is a section, written in square brackets."),
        ("workspaces = 3", "workspaces is written [[workspaces]], once for each."),
        ("[github_app]\nid = true", "github_app: id must be a text in quotes."),
        ("[github_app]\nslug = ['a']", "github_app: slug must be a text in quotes."),
        ("[slack_app]\nenabled = 'yes'", "slack_app: enabled must be true or false."),
        ("[slack_app]\nallowed_workspaces = 'T1'", "slack_app: allowed_workspaces must be a list of texts."),
        (
            "[slack_app]\napp_token = 'a'\napp_token_file = 'b'",
            "slack_app: app_token is said twice, here and in a file",
        ),
        ("[slack_app]\napp_token_file = 'gone'", "names no text file that can be read."),
        ("[[workspaces]]\ndata_class = 'title'", "workspaces, number 1 needs an id, or a bot_token."),
        ("[[workspaces]]\nbot_token = 'xoxb-1'\nremove = true", "workspaces, number 1 needs an id, to be removed."),
        ("[[workspaces]]\nid = 'T1'\nremove = true\ndata_class = 'title'", "remove stands alone: nothing else can be"),
        ("[github_app]\nid = 12\nforget = true", "github_app: forget stands alone: nothing else can be said beside"),
        ("[slack_app]\nforget = true\nenabled = true", "slack_app: forget stands alone"),
        ("[slack_app]\nforget = 'yes'", "slack_app: forget must be true or false."),
        ("[[workspaces]]\nid = 'T1'\ntransport = 'pigeon'", "transport is one of direct, relay."),
        ("[[workspaces]]\nid = 'T1'\ndata_class = 'all'", "data_class is one of full, title, link."),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SettingsError) as failure:
        read(tmp_path, text)

    assert says in str(failure.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"gone.toml can't be read: No such file"):
        file.read(tmp_path / "gone.toml")


def test_nothing_secret_is_in_what_a_declaration_looks_like(tmp_path: Path) -> None:
    secret = {"github_app": "client_secret", "slack_app": "configuration_token", "[workspaces]": "bot_token"}
    text = "".join(f"[{section}]\n{key} = 'hush'\n" for section, key in secret.items())

    assert "hush" not in repr(read(tmp_path, text))
