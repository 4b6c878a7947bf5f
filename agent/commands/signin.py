"""`/ghe signin`: link the person's account on GHES, or another one."""

from agent.slash.call import Call
from agent.slash.ports import Ports
from agent.slash.reply import Reply
from agent.slash.signing_in import begin
from agent.slash.tables import Usage, Verb


async def _run(call: Call, _arguments: str, ports: Ports) -> Reply:
    return await begin(call, ports)


VERB = Verb(name="signin", usages=(Usage("signin", "connect your GitHub account"),), run=_run)
