"""The Slack side of the agent: the sockets, the Web API, the inbound lanes."""
