"""The pages of the console: a file each, with a `PAGE`."""
