"""An existing GitHub App is entered in the console, and tried out at GHES before it is kept."""

from collections.abc import Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from agent import audit_export
from infra.sandbox.ghes.faults import ServerError

NAMES = ("APP_ID", "APP_SLUG", "PRIVATE_KEY", "CLIENT_ID", "CLIENT_SECRET", "WEBHOOK_SECRET")
NO_APP = {f"GHES_{name}": "" for name in NAMES}


@pytest.fixture
def variables(request: pytest.FixtureRequest) -> dict[str, str]:
    """An agent that has no App yet; or what a test sets."""
    return dict(getattr(request, "param", NO_APP))


@pytest.fixture(scope="module")
def other_key() -> str:
    key = generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


def values(rig: Any, **others: str) -> dict[str, str]:
    """What somebody enters of the stand-in's App."""
    app = rig.world.ghes.app
    return {
        "ghes_app_id": str(app.id),
        "ghes_private_key": app.private_key_pem.replace("\n", "\r\n"),
        "ghes_client_secret": app.client_secret,
        "ghes_webhook_secret": app.hook.secret,
    } | others


async def saved(rig: Any) -> list[str]:
    found = await audit_export.export(rig.settings, None)
    return [each["target"] for each in found if each["action"] == "configure"]


async def test_an_app_is_known_after_its_id_key_and_secrets_were_entered(rig: Any, browser: Any) -> None:
    await browser.signs_in()

    page = await browser.presses("Save App", **values(rig))

    assert (page.status, "GitHub App settings have been saved" in page.says) == (200, True)
    assert f"/github-apps/{rig.world.ghes.app.slug}/installations/new" in page.body
    assert await saved(rig) == [", ".join(sorted(f"GHES_{name}" for name in NAMES))]


@pytest.mark.parametrize("name", ["ghes_app_id", "ghes_private_key", "ghes_client_secret", "ghes_webhook_secret"])
async def test_what_is_missing_is_said_at_its_field(rig: Any, browser: Any, name: str) -> None:
    await browser.signs_in()

    page = await browser.presses("Save App", **values(rig, **{name: ""}))

    assert page.status == 422
    assert f'<a href="#{name}">' in page.body
    assert page.body.count(' class="error"') == 1
    assert await saved(rig) == []


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"ghes_app_id": "99999"}, "ghes_private_key"),
        ({"ghes_app_id": "one"}, "GHES_APP_ID must be"),
        ({"ghes_private_key": "-----BEGIN"}, "GHES_PRIVATE_KEY must be the App's private key in PEM form"),
        ({"ghes_app_slug": "another"}, "That is another App's: ghes-slack belongs to the App"),
        ({"ghes_client_id": "Iv1.another"}, "That is another App's: Iv"),
        ({"ghes_client_secret": "wrong"}, "GHES doesn't take this client secret"),
        ({"ghes_webhook_secret": "a,b,c"}, "GHES_WEBHOOK_SECRET must be one secret, or two"),
    ],
)
async def test_what_ghes_does_not_take_is_said_at_its_field_and_nothing_is_kept(
    rig: Any, browser: Any, wrong: Mapping[str, str], says: str
) -> None:
    await browser.signs_in()

    page = await browser.presses("Save App", **values(rig, **wrong))

    assert (page.status, says in page.says or f"#{says}" in page.body) == (422, True)
    assert await saved(rig) == []
    assert rig.world.ghes.app.client_secret not in page.body
    assert "PRIVATE KEY" not in page.body


async def test_a_key_of_another_app_is_refused(rig: Any, browser: Any, other_key: str) -> None:
    await browser.signs_in()

    page = await browser.presses("Save App", **values(rig, ghes_private_key=other_key))

    assert "GHES doesn't take this key for the App" in page.says
    assert await saved(rig) == []


async def test_while_ghes_gives_no_answer_nothing_is_kept(rig: Any, browser: Any) -> None:
    await browser.signs_in()
    rig.world.ghes.faults.append(ServerError(status=502, path="/login/oauth/access_token", times=1))

    page = await browser.presses("Save App", **values(rig))

    assert (page.status, "Nothing was changed" in page.says) == (422, True)
    assert await saved(rig) == []


async def test_who_saves_on_an_older_page_overwrites_nothing(rig: Any, browser: Any) -> None:
    other = rig.browser()
    await browser.signs_in()
    await other.signs_in()
    await browser.presses("Save App", **values(rig))

    page = await other.presses("Save App", **values(rig, ghes_webhook_secret="mine"))

    assert (page.status, "Somebody else has saved settings" in page.says) == (422, True)
    assert len(await saved(rig)) == 1


async def test_a_new_client_secret_is_entered_alone_and_the_rest_stays(rig: Any, browser: Any) -> None:
    await browser.signs_in()
    await browser.presses("Save App", **values(rig))
    rig.world.ghes.app.client_secret = "renewed-at-ghes"

    wrong = await browser.presses("Save App", ghes_webhook_secret="another")
    page = await browser.presses("Save App", ghes_client_secret="renewed-at-ghes")

    assert "GHES doesn't take this client secret" in wrong.says
    assert "GitHub App settings have been saved" in page.says


async def test_the_secrets_of_one_app_are_never_kept_with_another(rig: Any, browser: Any) -> None:
    await browser.signs_in()
    await browser.presses("Save App", **values(rig))

    page = await browser.presses("Save App", ghes_app_id="12345")

    assert page.status == 422
    assert "Paste the private key" in page.says
    assert len(await saved(rig)) == 1


@pytest.mark.parametrize("variables", [NO_APP | {"GHES_WEBHOOK_SECRET": "of-the-environment"}], indirect=True)
async def test_what_the_environment_has_set_is_refused_where_something_else_is_entered_and_never_stored(
    rig: Any, browser: Any
) -> None:
    shown = await browser.signs_in()

    refused = await browser.presses("Save App", **values(rig, ghes_webhook_secret="entered"))
    nothing = await saved(rig)
    page = await browser.presses("Save App", **values(rig, ghes_webhook_secret="of-the-environment"))

    assert (refused.status, "GHES_WEBHOOK_SECRET is set by the environment, so it can't be" in refused.says) == (
        422,
        True,
    )
    assert nothing == []
    assert "GHES_WEBHOOK_SECRET is set by the environment" in shown.says
    assert "GitHub App settings have been saved" in page.says
    assert [target for target in await saved(rig) if "WEBHOOK" in target] == []


@pytest.mark.parametrize("variables", [{}], indirect=True)
async def test_an_app_of_the_environment_is_changed_there(browser: Any) -> None:
    page = await browser.signs_in()
    _, form = page.form_with("Save settings")

    saving = await browser.posts("settings", act="save_github_app", csrf=form["csrf"], ghes_app_id="1")
    forgetting = await browser.posts("settings", act="forget_github_app", csrf=form["csrf"], forget_confirmed="on")

    assert "Save App" not in page.body
    assert "are set by the environment: the App is changed there, not here" in saving.says
    assert forgetting.status == 422
