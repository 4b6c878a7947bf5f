"""The cards, one family of events in a file: the listing of this folder is the list of what is shown."""
