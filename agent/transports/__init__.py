"""How posts leave the agent, one way a file; each is an `agent.outbox.transport.Transport`."""
