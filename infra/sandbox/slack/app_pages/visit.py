"""Somebody who may change an app, at one of its pages."""

from dataclasses import dataclass, field

from aiohttp import web

from infra.sandbox.slack.app import App
from infra.sandbox.slack.app_pages import pages, sign_in
from infra.sandbox.slack.app_pages.pages import WORLD, Form
from infra.sandbox.slack.app_pages.persons import Person, visitor
from infra.sandbox.slack.state import Team
from infra.sandbox.slack.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """`form`: what was posted, empty on a first look."""

    world: World
    person: Person
    app: App
    form: Form = field(default_factory=dict, repr=False)

    @property
    def owner(self) -> Team:
        """The workspace that the app belongs to."""
        return self.world.teams[self.app.owner_team_id]


async def visit(request: web.Request) -> Visit | web.Response:
    """Who visits the app of the path, else what to answer instead."""
    person = visitor(request)
    if person is None:
        return sign_in.sent_there(request)
    app = request.app[WORLD].apps.get(request.match_info["app_id"])
    if app is None or not person.owns(app):
        return pages.problem(request, "There is no such app, or you may not change it. Is it somebody else's?")
    posted = await pages.form(request) if request.method == "POST" else {}
    return Visit(world=request.app[WORLD], person=person, app=app, form=posted)
