"""One file a verb of the command line; each has `register(app)` and imports what it runs only when it runs."""
