"""The stand-in for GitHub Enterprise Server: real state in memory, the REST API of an App, webhooks as GHES sends them.

`world.py` says how it is driven. The facts are those of GitHub's published GHES 3.19 reference.
"""
