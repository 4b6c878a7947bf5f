"""Local stand-ins for Slack and GHES, as strict as the real ones, with a page to look at.

The product never knows whether it talks to them. What they must be forgiven stands in `concessions`.
"""
