"""Settings of a relay at an address where nobody is."""

from collections.abc import Callable

import pytest

from agent import settings
from agent.relay.keys import new_pair
from agent.settings import Settings


@pytest.fixture
def relay_settings() -> Callable[[], Settings]:
    """Reads them."""
    five = {
        "RELAY_URL": "http://127.0.0.1:9",
        "RELAY_ID": "relay-1",
        "RELAY_AGENT_ID": "agent-1",
        "RELAY_KEY_ID": "k1",
        "RELAY_SIGNING_KEY": new_pair().private,
    }
    return lambda: settings.of({"GHES_URL": "https://ghes.example.com"} | five)
