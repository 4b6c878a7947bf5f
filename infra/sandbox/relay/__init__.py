"""What stands in for the relay's surroundings: agents that call it, and a clock that waits without time passing."""
