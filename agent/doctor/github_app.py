"""Whether GHES takes us for the GitHub App of the settings."""

from collections.abc import Mapping
from http import HTTPStatus

from agent.examining.findings import Finding, failure, not_looked_at, quoted, well
from agent.examining.surroundings import Surroundings
from agent.ghes.answers import Refused, Unreachable
from agent.settings import Settings
from shared.event import text

GROUP = "GitHub Enterprise"


async def check(given: Surroundings) -> list[Finding]:
    """The signature, made with the private key, and that the other settings are of the same App."""
    settings = given.settings
    if not settings.ghes_app_id or settings.ghes_private_key is None:
        return not_looked_at("the GitHub App isn't set up")
    if why := await given.ghes.out_of_reach():
        return not_looked_at(why)
    app = await given.ghes.app()
    match app:
        case Refused(status=HTTPStatus.UNAUTHORIZED | HTTPStatus.NOT_FOUND):
            return [
                failure(
                    f"GHES doesn't take our signature for the App {settings.ghes_app_id} ({app.status} "
                    f"{quoted(app.message)}): GHES_PRIVATE_KEY isn't that App's key, or GHES_APP_ID is another App's.",
                    "Compare the App ID on the App's page on GHES; if it is right, generate a new private key there "
                    "and enter it. A deleted App has to be made anew.",
                )
            ]
        case Refused():
            says = f"GHES refuses to tell of the App ({app.status} {quoted(app.message)})."
            return [failure(says, "Ask the site administrators of GHES whether it is suspended.")]
        case Unreachable():
            return [
                failure(f"GHES can't be asked as the App: {quoted(app.reason)}", "Run the doctor again in a minute.")
            ]
        case _:
            return _differences(app, settings)


def _differences(app: Mapping[str, object], settings: Settings) -> list[Finding]:
    pairs = (("ghes_app_slug", text(app, "slug")), ("ghes_client_id", text(app, "client_id")))
    found = [
        failure(
            f"{name.upper()} is of another App: that of {settings.ghes_app_id} is {quoted(theirs)}.",
            f"Set {name.upper()} to {quoted(theirs)}, with the secrets of the same App.",
        )
        for name, theirs in pairs
        if theirs and (ours := getattr(settings, name)) and ours != theirs
    ]
    name = quoted(text(app, "name") or text(app, "slug"))
    return found or [well(f"GHES knows us as the App {name} ({settings.ghes_app_id}).")]
