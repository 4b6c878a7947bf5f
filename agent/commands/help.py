"""`/ghe help`: all commands, from the table of verbs."""

from agent.slash.call import Call
from agent.slash.ports import Ports
from agent.slash.reply import Reply, bullets, to_person
from agent.slash.tables import Usage, Verb, verbs
from agent.subscriptions.words import code


async def _run(call: Call, _arguments: str, _ports: Ports) -> Reply:
    usages = (usage for verb in verbs().values() for usage in verb.usages)
    lines = [f"{code(f'{call.command} {usage.form}')} – {usage.meaning}" for usage in usages]
    return to_person(bullets("What I can do:", lines))


VERB = Verb(name="help", usages=(Usage("help", "this list"),), run=_run)
