"""What waits to be posted, and how it gets to Slack: claimed, planned, drawn, stored as a set, sent, settled.

A worker takes the lease of an *address*, never of a notification, so a channel has one order. The life of a
notification:

    queued ──▶ posting ──▶ delivered
      ▲           │ ├────▶ accepted ──▶ any of these     (relay: by receipt; without one, sent again)
      └── retry ──┘ ├────▶ parked ──▶ queued | discarded (a person or an event decides)
      ▲             └────▶ unknown ──▶ delivered         (found by a look)
      └──── looked twice, not there ──────┘

`posting` is stored, with the set of the post, before the request is sent: whoever finds it after a kill knows that
Slack may have the message, and looks before anything is posted again.
"""
