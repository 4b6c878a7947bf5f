"""`/ghe`: from what was typed to a call, its verb, and its reply; the verbs are in `agent.commands`."""
