"""A relay in one process, strict about everything that an agent may do wrong; the real one is `relay_lambda`.

    relay = StandInRelay(clock, beyond=lambda workspaces: SlackTransport(…))
    relay.enter("agent-1", "k1", public_key)               as `ghe-slack relay agents add` does
    async with running(relay) as url:
        ...
        await relay.carry()                                 says what is queued; the receipts are to be fetched

`http.py` is the contract's HTTP, `carrying.py` what stands behind it. What an agent must never do is in `complaints`.
"""
