"""Who has linked an account."""

from functools import partial
from urllib.parse import urlencode

from agent.people.ports import NotLinked
from agent.store.listings import list_people
from agent.store.personal import erase
from agent.web.console.listing import after, filters, further
from agent.web.console.page import Done, Drawn, Form, Page, Visit, Wrong

_NOT_SET_UP = "Links end where they began: the GitHub App's client id and secret are missing."
_GONE = "There is no such link any more."
_REVOKED = "{login} is no longer linked there, and GitHub Enterprise has forgotten the tokens."
_NOT_REVOKED = (
    "{login} is no longer linked there. GitHub Enterprise didn't confirm that it has forgotten the tokens: the person "
    "can revoke the app in the settings of their account."
)


async def draw(visit: Visit) -> Drawn:
    """Links, the newest first."""
    given = filters(visit, "who", "workspace")
    found = await visit.console.store.read(partial(list_people, after=after(visit), filters=given))
    context = {
        "rows": found.rows,
        "given": given,
        "is_first": after(visit) is None,
        "first": urlencode(given),
        "next": further(found, given),
        "workspaces": visit.console.workspaces,
    }
    return Drawn(template="people.html", context=context)


async def forget(visit: Visit, form: Form) -> Done | Wrong:
    """*Forget*: the link, tokens and stored calls of a person in one workspace."""
    team_id, _, user_id = form.get("person", "").partition("/")
    unlinking, now = visit.console.unlinking, visit.console.clock.now().timestamp()
    if unlinking is None:
        return Wrong(says=_NOT_SET_UP)

    answer = await unlinking.forget(
        team_id, user_id, beside=lambda connection: _erased(erase(connection, team_id, user_id, now))
    )
    if isinstance(answer, NotLinked):
        return Wrong(says=_GONE)
    return Done(says=(_REVOKED if answer.revoked else _NOT_REVOKED).format(login=answer.person.login))


def _erased(_traces: object) -> None:
    """How much there was isn't shown here."""


PAGE = Page(path="people", title="People", order=6, draw=draw, acts={"forget": forget})
