"""The agent's HTTP side: webhooks, probes, metrics and the front page. Handlers are functions of `Parts`."""
