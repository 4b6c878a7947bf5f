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

Without any app at the start, and with one that is made and installed as its owner does it:

    world = sample(clock, app=False)
    app = manifests.create(world, manifest, team="acme", user="mona")     # or apps.manifest.create, by the token of
    made = generate_configuration_token(world, "acme", "mona")            # app_settings.py
    token = generate_app_token(world, app, "agent", ["connections:write"])
    code = consent(world, app, world.team("acme"), "mona", scopes=app.bot_scopes)    # for oauth.v2.access
    let_in(world, organisation, world.team("globex"), app=app)            # installing.py: Enterprise Grid

The rooms: `app`, `state` and `world` hold, `methods/` answers the Web API (one file a family) for the `bearer` of a
token, `events` and `addressee` say which app hears of what, `line` delivers envelopes over `sockets`, `hooks` are the
response URLs, `faults` breaks things on demand.
"""
