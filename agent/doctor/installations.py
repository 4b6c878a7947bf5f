"""Where the GitHub App is installed, and whether those places have accepted what it asks for."""

from collections.abc import Iterator, Mapping, Sequence

from agent.examining.findings import Finding, failure, not_looked_at, quoted, warning, well
from agent.examining.surroundings import Surroundings
from agent.ghes.answers import Refused, Unreachable
from shared.event import mapping, text

GROUP = "GitHub Enterprise"
_RANK = {"": 0, "read": 1, "write": 2, "admin": 3}
_NAMED = 5


async def check(given: Surroundings) -> list[Finding]:
    """Nothing is heard of a repository whose owner hasn't installed the App."""
    if why := await given.ghes.no_app():
        return not_looked_at(why)
    found = await given.ghes.installations()
    if isinstance(found, Refused | Unreachable):
        return [failure("GHES doesn't list the installations of the App.", "Run the doctor again in a minute.")]
    page = given.ghes.hosts.install_page(given.settings.ghes_app_slug or "")
    if not found:
        return [
            warning(
                "The GitHub App isn't installed anywhere, so no repository is heard of.",
                f"Install it on the organisations whose repositories are to be seen in Slack, at {page}.",
            )
        ]
    asked = mapping(await given.ghes.app(), "permissions")
    owners = _owners(found)
    where = f"{', '.join(owners[:_NAMED])}{', …' if len(owners) > _NAMED else ''}"
    return [*_older(found, asked), *_suspended(found)] or [well(f"The App is installed on {where}.")]


def _owners(installations: Sequence[Mapping[str, object]]) -> list[str]:
    return sorted(quoted(text(each, "account", "login")) for each in installations)


def _older(installations: Sequence[Mapping[str, object]], asked: Mapping[str, object]) -> Iterator[Finding]:
    for each in installations:
        has = mapping(each, "permissions")
        lacks = sorted(name for name, level in asked.items() if _rank(has.get(name)) < _rank(level))
        if lacks:
            yield warning(
                f"{quoted(text(each, 'account', 'login'))} has not accepted all that the App asks for now: "
                f"{', '.join(lacks)}.",
                f"An owner accepts it at {quoted(text(each, 'html_url'))}.",
            )


def _suspended(installations: Sequence[Mapping[str, object]]) -> Iterator[Finding]:
    for each in installations:
        if each.get("suspended_at"):
            yield warning(
                f"The App is suspended on {quoted(text(each, 'account', 'login'))}: nothing is heard from there.",
                f"An owner lifts that at {quoted(text(each, 'html_url'))}.",
            )


def _rank(level: object) -> int:
    return _RANK.get(level, 0) if isinstance(level, str) else 0
