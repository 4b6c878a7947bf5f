"""How the agent reaches other machines: two networks, one outside (Slack, relay) and one inside (GHES), never mixed."""
