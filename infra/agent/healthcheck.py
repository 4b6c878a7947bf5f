"""What the container runs to see whether its agent is alive; exits 1 when it isn't.

The certificate isn't checked: it is made out for the name by which others reach the agent, not for this loopback.
"""

import ssl
import sys
from urllib.request import urlopen

from agent import settings

TIMEOUT_S = 4.0


def main() -> None:
    """Ask the agent's own port, over TLS if it speaks it."""
    loaded = settings.load()
    scheme = "https" if loaded.agent_tls_cert_file else "http"
    unchecked = ssl.create_default_context()
    unchecked.check_hostname = False
    unchecked.verify_mode = ssl.CERT_NONE
    try:
        urlopen(f"{scheme}://127.0.0.1:{loaded.listen[1]}/healthz", timeout=TIMEOUT_S, context=unchecked).close()  # noqa: S310 - our own address
    except OSError as error:
        sys.exit(f"The agent does not answer: {error}")


if __name__ == "__main__":
    main()
