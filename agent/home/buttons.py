"""The `action_id`s of Home's own buttons; the others are those of the flows that they begin."""

CONNECT = "home_connect"
REFRESH = "home_refresh"
SIGN_OUT = "home_sign_out"
HELP = "home_help"
CHANGED = "home_changed"
"""No button has this: a Home that was shown is drawn anew by it, since the person was linked or unlinked."""
