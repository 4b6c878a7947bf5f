"""Who of a channel vouches for a private repository there, and whether they may read it still.

    may read it, and subscribes or takes over ──▶ sponsor ──(daily, and when something happens)──▶ GHES is asked
    signs out, or leaves the channel ──▶ none left? ◀── may not read it any more ◀───────────────────────┘
                                           └──▶ paused, with one message and *Take over*

Routing asks nobody: an event of a private repository goes where a sponsor's row for exactly this repository is.
"""
