"""`ghe-slack secrets rotate`: after it, keys other than the newest one may be taken out of `AGENT_SECRET_KEYS`."""

from agent.cli_errors import Failure
from agent.opened_store import opened
from agent.secret_keys import load_or_make
from agent.settings import Settings
from agent.store.sealed import rotate as rotate_all
from agent.store.secrets import Secrets, UnreadableSecretError


async def rotate(settings: Settings) -> int:
    """Encrypt everything that is stored anew with the newest key; how many values. Raises `Failure`.

    It is one transaction, so an agent that runs meanwhile waits for it, and reads what it finds afterwards: give it the
    new key first, beside the old one.
    """
    async with opened(settings) as store:
        secrets = Secrets(load_or_make(settings))
        try:
            return await store.write(lambda connection: rotate_all(connection, secrets))
        except UnreadableSecretError as error:
            raise Failure(str(error)) from None
