from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agent.examining.scopes import COSTS, WANTED
from agent.store.workspace_rows import Installed, Known
from agent.web.console.places import Place, left, parked, placed
from shared.card import DataClass

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ACME = Installed(
    id="T1",
    name="Acme",
    by="U1",
    at=NOW - timedelta(days=1),
    scopes=frozenset(WANTED),
    trouble="",
    is_organisation=False,
    app_id="A1",
    renews=False,
    ends_at=None,
)
GROUP = replace(ACME, id="E1", name="Group", is_organisation=True)
ROTATING = replace(ACME, renews=True, ends_at=NOW + timedelta(hours=3))


def known(team_id: str, installed: Installed | None, parked_at: datetime | None = None) -> Known:
    return Known(
        team_id=team_id,
        name=team_id,
        domain="acme",
        data_class=DataClass.FULL,
        transport="direct",
        next_transport="",
        parked_reason="app_uninstalled" if parked_at else "",
        parked_at=parked_at,
        installed=installed,
    )


def place(installed: Installed, *allowed: str) -> Place:
    [found] = placed([installed], [], allowed=allowed, by_setting="", now=NOW)
    return found


@pytest.mark.parametrize(
    ("installed", "says", "is_well"),
    [
        (ACME, "It holds until it is revoked", True),
        (ROTATING, "It holds until 2026-11-26 15:00 UTC, and is renewed before that", True),
        (replace(ROTATING, ends_at=NOW), "It ended on 2026-11-26 12:00 UTC. It is being renewed.", False),
        (replace(ROTATING, trouble="bad_client_secret"), "check the Slack app's client id and secret", False),
        (replace(ROTATING, ends_at=NOW, trouble="invalid_refresh_token"), "install the Slack app there again", False),
    ],
    ids=["for good", "renewed in time", "ended", "ours is wrong", "ended for good"],
)
def test_a_token_says_how_it_is(installed: Installed, says: str, is_well: bool) -> None:  # noqa: FBT001 - a parameter
    found = place(installed)

    assert says in found.token
    assert found.is_well is is_well


def test_each_workspace_stands_with_its_own_installation() -> None:
    workspaces = [known("T1", ACME), known("T8", GROUP), known("T9", GROUP), known("T5", None)]

    found = placed([ACME, GROUP], workspaces, allowed=(), by_setting="T1", now=NOW)

    assert [[each.team_id for each in one.workspaces] for one in found] == [["T1"], ["T8", "T9"]]
    assert [one.by_setting for one in found] == [True, False]
    assert [each.workspace.team_id for each in left(workspaces)] == ["T5"]


def test_scopes_that_were_left_out_say_what_they_would_buy() -> None:
    found = place(replace(ACME, scopes=frozenset(WANTED) - {"channels:history", "commands"}))

    assert {(each.scope, each.costs, each.is_optional) for each in found.lacks} == {
        ("commands", COSTS["commands"], False),
        ("channels:history", COSTS["channels:history"], True),
    }


@pytest.mark.parametrize(
    ("installed", "allowed", "says"),
    [
        (ACME, (), ""),
        (ACME, ("T1", "T2"), ""),
        (ACME, ("T2",), "doesn't allow T1: it couldn't be installed anew"),
        (ACME, ("T2", "E1"), "Unless its organisation is named there"),
        (GROUP, ("T2", "E1"), ""),
        (GROUP, ("E2",), "doesn't allow E1"),
    ],
    ids=[
        "nothing restricted",
        "named",
        "not named",
        "perhaps its organisation",
        "organisation",
        "another organisation",
    ],
)
def test_what_may_not_be_installed_is_marked(installed: Installed, allowed: tuple[str, ...], says: str) -> None:
    found = place(installed, *allowed)

    assert says in found.unlisted
    assert bool(says) is bool(found.unlisted)


def test_what_was_left_is_forgotten_after_30_days() -> None:
    [found] = left([known("T1", None, parked_at=NOW)])

    assert found.forgotten_at == NOW + timedelta(days=30)


def test_reasons_are_said_in_words_and_unknown_ones_as_slack_said_them() -> None:
    assert parked("app_uninstalled") == "the app was uninstalled in Slack"
    assert parked("org_login_required") == "Slack says org_login_required"
