"""Where GHES sends the App's webhooks."""

from collections.abc import Iterator, Mapping

from agent.examining.findings import Finding, failure, not_looked_at, quoted, warning, well
from agent.examining.surroundings import Surroundings
from agent.ghes.answers import Refused, Unreachable
from shared.event import text

GROUP = "GitHub Enterprise"


async def check(given: Surroundings) -> list[Finding]:
    """`GET /app/hook/config`: to us, as JSON, with certificates checked and with a secret."""
    if why := await given.ghes.no_app():
        return not_looked_at(why)
    hook = await given.ghes.hook()
    if isinstance(hook, Refused) and hook.is_missing:
        says = "The GitHub App has no webhook: it is switched off, or has no address."
        return [failure(says, f"On the App's page on GHES, tick Active and set {_address(given)}.")]
    if isinstance(hook, Refused | Unreachable):
        return [failure("GHES doesn't tell where it sends webhooks.", "Run the doctor again in a minute.")]
    wrong = list(_wrong(hook, _address(given)))
    return wrong or [well(f"GHES sends webhooks to {_address(given)}.")]


def _address(given: Surroundings) -> str:
    return f"{given.settings.agent_url}/webhooks/github"


def _wrong(hook: Mapping[str, object], address: str) -> Iterator[Finding]:
    theirs = text(hook, "url")
    if theirs.rstrip("/") != address:
        yield failure(
            f"GHES sends webhooks to {quoted(theirs) or 'nowhere'}, not to {address}.",
            f"Set the webhook URL on the App's page on GHES to {address}, or correct AGENT_URL.",
        )
    if text(hook, "content_type") != "json":
        yield failure(
            f"GHES sends webhooks as {quoted(text(hook, 'content_type')) or 'something else'}, and we read JSON.",
            "Set the content type on the App's page on GHES to application/json.",
        )
    if str(hook.get("insecure_ssl", "0")) != "0":
        yield warning(
            "GHES doesn't check our certificate when it sends webhooks.",
            "On the App's page on GHES, enable SSL verification, once GHES trusts our authority.",
        )
    if not hook.get("secret"):
        yield failure(
            "The App's webhook has no secret, and unsigned webhooks are refused.",
            "Set one on the App's page on GHES, and the same in GHES_WEBHOOK_SECRET.",
        )
