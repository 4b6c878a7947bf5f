"""Previews of links to GHES: what a link is, what it shows, who may see it, and whether it is shown unasked."""
