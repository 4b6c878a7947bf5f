"""The console's page of workspaces, where the Slack app is known and only some workspaces are allowed."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest

ACME = "T00000001"


@pytest.fixture
def variables() -> dict[str, str]:
    return {
        "SLACK_CLIENT_ID": "1.2",
        "SLACK_CLIENT_SECRET": "client-secret",
        "SLACK_APP_ID": "A0123456789",
        "SLACK_APPS_URL": "https://api.slack.com/apps",
        "SLACK_ALLOWED_WORKSPACES": "T99",
    }


@pytest.fixture
async def page(rig: Any, browser: Any) -> Any:
    await rig.until(lambda: _installed(rig))
    await browser.signs_in()
    return await browser.opens("workspaces")


def _installed(rig: Any) -> bool:
    with closing(sqlite3.connect(rig.settings.sqlite_path)) as connection:
        return bool(connection.execute("SELECT count(*) FROM workspaces").fetchone()[0])


async def test_the_address_of_add_to_slack_stands_there_to_be_copied(rig: Any, page: Any) -> None:
    address = page.body.split('id="add-url">')[1].partition("<")[0]

    assert address == f"{rig.settings.agent_url}/_slack/"
    assert "client id and secret are missing" not in page.says


async def test_an_installed_workspace_that_is_not_allowed_is_marked(page: Any) -> None:
    assert "not allowed" in page.says
    assert f"SLACK_ALLOWED_WORKSPACES doesn't allow {ACME}" in page.says
    assert "Only T99 may install it" in page.says


async def test_public_distribution_leads_to_the_page_of_the_app(page: Any) -> None:
    assert 'href="https://api.slack.com/apps/A0123456789/distribute"' in page.body
    assert "Activate Public Distribution" in page.says


async def test_an_address_that_slack_would_not_take_is_said(page: Any) -> None:
    assert "Slack sends installers back to https only" in page.says


async def test_the_client_secret_is_nowhere_on_the_page(page: Any) -> None:
    assert "client-secret" not in page.body
