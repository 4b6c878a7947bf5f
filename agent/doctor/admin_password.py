"""Where the console's password lies, and whether anybody can sign in by name."""

from agent.admin_password import path_of
from agent.examining.findings import Finding, failure, warning, well
from agent.examining.surroundings import Surroundings

GROUP = "This agent"
_OTHERS = 0o077


async def check(given: Surroundings) -> list[Finding]:
    """One that was made by itself lies beside the data."""
    settings, found = given.settings, list[Finding]()
    beside = path_of(settings) if settings.is_sqlite else None
    if beside is not None and beside.exists():
        if beside.stat().st_mode & _OTHERS:
            found.append(failure(f"Others on this machine may read {beside}.", f"Run `chmod 600 {beside}`."))
        in_use = settings.agent_admin_password is None
        found.append(
            warning(
                f"The console's password lies beside the data, in {beside}."
                if in_use
                else f"AGENT_ADMIN_PASSWORD is set, but an older password still lies in {beside}.",
                "Set AGENT_ADMIN_PASSWORD (or AGENT_ADMIN_PASSWORD_FILE) and delete the file."
                if in_use
                else "Delete the file.",
            )
        )
    if not settings.agent_admins:
        found.append(
            warning(
                "AGENT_ADMINS is empty: the password is the only way into the console, and the audit has no names.",
                "Set AGENT_ADMINS to the GHES logins of the administrators.",
            )
        )
    return found or [well("Administrators sign in by name.")]
