"""Our own Socket Mode transport.

Refused: slack_sdk's client. It closes the old socket before it opens the new one, repeats a dead ticket for ever, hides
a refused token in its log, and its queue has no bound.

    Pool ── Slot ── Connection ── a WebSocket       one slot for each socket that is to be held; while a socket is being
                └── Connection ── its predecessor   replaced, a slot has two
    Pool ── Hands                                   envelopes between arrival and acknowledgement, bounded
"""
