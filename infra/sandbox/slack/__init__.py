"""A stand-in for Slack: Web API, Socket Mode, response URLs and the people who type and click.

State lives in memory and time comes from a clock, so that three seconds pass when a test says so. Sources are
quoted as paragraphs of slack.md, the collected facts about Slack; what only a live workspace can settle is a switch
(`switches.py`).

    world = sample(clock)                                     # population.py: two workspaces, people, channels
    async with running(world) as urls:                        # server.py: urls.api_url is a SLACK_API_URL
        call = slash(world, "acme", "general", "mona", "help")    # people.py: what a person does
        await call.finished()                                 # acknowledged, or call.shown is what the person saw
        invite(world, "acme", "secret")                       # workspace.py: what happens to channels and the app
        await world.feed.until(lambda: messages(world, "acme", "secret"))    # world.py: what was posted
        await warn(world)                                     # breakage.py: sockets; faults.py: Web API calls

The rooms: `state` and `world` hold, `methods/` answers the Web API (one file a family), `line` delivers envelopes over
`sockets`, `hooks` are the response URLs, `faults` breaks things on demand.
"""
