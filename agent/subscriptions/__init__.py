"""A channel's standing interest in a repository or an owner: what it is, how it is written, what it matches."""
