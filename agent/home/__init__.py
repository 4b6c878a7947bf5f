"""App Home: who somebody is linked as, what waits for them, what they subscribed; and the greeting of newcomers.

    app_home_opened ──┐
    a button in Home ─┼─▶ shown at once: what the store knows ─▶ GHES is asked ─▶ shown again, by the hash of the first
    (un)linked ───────┘

Home is one view a person, which every publication replaces: what is drawn later from older knowledge loses by the hash.
"""
