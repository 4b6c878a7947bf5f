"""The agent's side of the relay: what is said in workspaces whose transport is `relay` is signed here and sent there.

    posts ──▶ parcel ──▶ batches ──▶ client ──▶ relay          a dispatch, answered by `Accepted`
              receipts ◀──────────── client ◀── relay          what came of each notification, into the outbox
              registering ─────────▶ client ──▶ relay          the workspaces and their bot tokens
              switching                                        a workspace goes over from one transport to the other

A dispatch is signed anew for each attempt and keeps its id. Whatever was perhaps taken is sent again until the relay
answers, never directly: the relay says each notification once, however often it is sent. Refused alternative: taking a
lost answer for an acceptance, which would hold up what was never taken for a quarter of an hour.
"""
