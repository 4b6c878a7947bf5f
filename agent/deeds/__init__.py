"""What can be done on GHES in somebody's name: plain functions on an `agent.people.ports.Actor`.

Each write that isn't idempotent has a look-up beside it, which finds what an interrupted one left behind.
"""
