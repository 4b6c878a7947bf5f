"""Carrying: what `deliver` does with a batch of the queue.

    batch        groups side by side: one thread for each channel of an agent
    verifying    each message proves again who said it; who can't goes to the dead letters and stops nobody
    groups       one channel in its order: answered from the ledger, looked for, put off, or said
    forming      which of the backlog share a message, and what it says
    posting      claim, request, and what came of it
    rewriting    messages drawn anew: the newest wins, and they hold up no post
    asking       the calls of Slack that this takes
    settling     ledger, threads, receipts and dead letters

*Giving back* is one `ChangeMessageVisibility` for the head and all that is behind it, which then are reported as
failures: a follower that kept its own time would let the channel stand still, or turn its order around.
"""
