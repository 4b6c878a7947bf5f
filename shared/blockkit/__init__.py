"""Slack's Block Kit: limits, mrkdwn, colours, and how a card becomes a message."""
