"""What the container runs to see whether its agent is alive; exits 1, with a sentence, when it isn't.

The certificate isn't checked: it is made out for the name by which others reach the agent, not for this address. And
none of the proxies is asked, though the environment names them: what is looked at is this very container.
"""

import ssl
import sys
from http.client import HTTPException
from urllib.request import HTTPSHandler, ProxyHandler, build_opener

from agent import settings
from agent.settings import Settings, SettingsError

TIMEOUT_S = 4.0
LOOPBACKS = {"0.0.0.0": "127.0.0.1", "::": "::1", "localhost": "127.0.0.1"}  # noqa: S104 - read, not bound


def address(loaded: Settings) -> str:
    """Where the agent of these settings answers from within its own container."""
    host, port = loaded.listen
    host = LOOPBACKS.get(host, host)
    scheme = "https" if loaded.agent_tls_cert_file else "http"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}/healthz"


def main() -> None:
    """Ask the agent's own port, over TLS if it speaks it."""
    unchecked = ssl.create_default_context()
    unchecked.check_hostname = False
    unchecked.verify_mode = ssl.CERT_NONE
    opener = build_opener(ProxyHandler({}), HTTPSHandler(context=unchecked))
    try:
        opener.open(address(settings.load()), timeout=TIMEOUT_S).close()
    except SettingsError as error:
        sys.exit(str(error))
    except (OSError, HTTPException) as error:
        sys.exit(f"The agent does not answer: {error}")


if __name__ == "__main__":
    main()
