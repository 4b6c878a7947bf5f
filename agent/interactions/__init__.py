"""What buttons, modals and steps taken elsewhere lead to, one flow in a file."""
