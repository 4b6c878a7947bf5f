"""Where the key lies that the store's secrets are encrypted with."""

from agent.examining.findings import Finding, failure, warning, well
from agent.examining.kept import key_file
from agent.examining.surroundings import Surroundings

GROUP = "Store"
_OTHERS = 0o077


async def check(given: Surroundings) -> list[Finding]:
    """A key beside the data protects from nobody who copies the folder."""
    settings = given.settings
    if not settings.is_sqlite:
        return [well("AGENT_SECRET_KEYS are set.")]
    path = key_file(settings)
    if settings.agent_secret_keys:
        if not path.exists():
            return [well("AGENT_SECRET_KEYS are set, and no key lies beside the data.")]
        return [
            warning(
                f"AGENT_SECRET_KEYS are set, but an older key still lies beside the data, in {path}.",
                "If it is among them, run `ghe-slack secrets rotate`; then delete the file.",
            )
        ]
    if not path.exists():
        return [
            warning(
                "There is no key yet: the agent makes one beside the data when it starts.",
                "To keep it elsewhere, set AGENT_SECRET_KEYS to what `ghe-slack secrets new` prints.",
            )
        ]
    found = [
        warning(
            f"The key that secrets are encrypted with lies beside the data, in {path}: who copies the folder has both. "
            "It was made for trying out.",
            _DOES,
        )
    ]
    if path.stat().st_mode & _OTHERS:
        found.append(failure(f"Others on this machine may read {path}.", f"Run `chmod 600 {path}`."))
    return found


_DOES = (
    "Put the key into AGENT_SECRET_KEYS (or AGENT_SECRET_KEYS_FILE, from where your secrets are kept), have "
    "`ghe-slack secrets new` print a newer one to stand before it, run `ghe-slack secrets rotate`, and delete the file."
)
