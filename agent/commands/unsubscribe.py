"""`/ghe unsubscribe`: end a subscription, or turn parts of it off.

GHES is asked only about names that the channel isn't subscribed to, which may be former ones: so what is gone there can
end here too.
"""

from collections.abc import Sequence
from dataclasses import replace

from agent.ghes.repositories import Found
from agent.slash.call import Call
from agent.slash.changing import BUSY, changed, everything, linked, told
from agent.slash.ports import Ports
from agent.slash.reply import Reply, bullets, to_channel, to_person
from agent.slash.tables import Usage, Verb
from agent.slash.who import subscriber
from agent.subscriptions.changes import Change, unsubscribed
from agent.subscriptions.request import Named, Request, read
from agent.subscriptions.subscription import Scope, Subscription
from agent.subscriptions.words import code


async def _run(call: Call, arguments: str, ports: Ports) -> Reply:
    asked = read(arguments, ports.ghes_url, takes_everything=True)
    if refusal := await subscriber(call, ports):
        return refusal
    request = await _renamed(asked, call, ports)

    def plan(standing: Sequence[Subscription]) -> list[Change]:
        if _missing(request, standing):
            return []
        return [
            Change(target=each.target, before=each.wants, after=unsubscribed(each.wants, request))
            for each in _meant(request, standing)
        ]

    done = await changed(call, ports, plan)
    if done is None:
        return to_person(BUSY)
    if done.changes:
        said = [line for change in done.changes for line in told(change, call.user_id, ports)]
        return to_channel(*said, buttons=done.buttons)
    if missing := _missing(request, done.standing):
        return to_person(*(_not_subscribed(named, done.standing, call) for named in missing))
    if not done.standing:
        return to_person("This channel has no subscriptions.")
    return to_person(
        "None of that was on, so nothing was changed.",
        *(
            bullets(f"What arrives from {linked(each.target, ports)}:", everything(each.wants, each.target))
            for each in _meant(request, done.standing)
        ),
    )


async def _renamed(request: Request, call: Call, ports: Ports) -> Request:
    """The same request, with the present names of repositories that were renamed and that the channel knows."""
    standing = await ports.subscriptions.of(call.address)
    by_id = {each.target.id: each.target.name for each in standing if each.target.scope is Scope.REPO}
    now: dict[Named, Named] = {}
    for named in (each for each in _missing(request, standing) if each.repo):
        found = await ports.repositories.find(named.owner, named.repo)
        if isinstance(found, Found) and (name := by_id.get(found.repository.id)):
            owner, _, repo = name.partition("/")
            now[named] = Named(owner=owner, repo=repo)
    return replace(request, targets=tuple(now.get(named, named) for named in request.targets))


def _meant(request: Request, standing: Sequence[Subscription]) -> list[Subscription]:
    names = {str(named).lower() for named in request.targets}
    return [each for each in standing if not names or each.target.name.lower() in names]


def _missing(request: Request, standing: Sequence[Subscription]) -> list[Named]:
    names = {each.target.name.lower() for each in standing}
    return [named for named in request.targets if str(named).lower() not in names]


def _not_subscribed(named: Named, standing: Sequence[Subscription], call: Call) -> str:
    says = f"This channel isn't subscribed to {code(str(named))}, so nothing was changed."
    owners = {each.target.name.lower() for each in standing if each.target.scope is Scope.OWNER}
    if named.repo and named.owner.lower() in owners:
        whole = code(f"{call.command} unsubscribe {named.owner}")
        return f"{says} What arrives comes with the subscription to {code(named.owner)}, which {whole} ends."
    return f"{says} {code(f'{call.command} subscribe list')} shows what it is subscribed to."


VERB = Verb(
    name="unsubscribe",
    usages=(
        Usage("unsubscribe owner/repo", 'end a subscription; with features or `+label:"…"` turn only those off'),
        Usage("unsubscribe *", "end all of this channel's subscriptions"),
    ),
    run=_run,
)
