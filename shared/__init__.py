"""What both programs speak: events, cards, posts, dispatches, outcomes.

Everything here is a value or a pure function of values. No sockets, no files, no globals, no hidden clock: whoever
needs the time takes a `Clock`. So the agent (async) and the relay (sync) stand on the same
code, and neither has a twin.
"""
