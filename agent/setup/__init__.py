"""Setting everything up: what the console and `ghe-slack setup` have in common."""
