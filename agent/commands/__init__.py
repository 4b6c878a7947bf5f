"""The verbs of `/ghe`, one in a file: the listing of this folder is the list of the commands."""
