"""The pages of an app's settings: `/apps/<app id>` and below. One entry a page, one function a button.

GET  ──▶ the page
POST ──▶ `act` names the button ──▶ what is said and shown on the page for it, or what is wrong
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from aiohttp import web

from infra.sandbox.slack.app_pages import basic_information, distribution, install_app, manifest, pages, socket_mode
from infra.sandbox.slack.app_pages.pages import Row, WrongError
from infra.sandbox.slack.app_pages.visit import Visit, visit
from infra.sandbox.slack.refused import Refused

PATH = "/apps/{app_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """`draw`: what its template `section_<template>.html` is given; `acts`: by the button's value."""

    title: str
    template: str
    draw: Callable[[Visit], Mapping[str, Any]]
    acts: Mapping[str, Callable[[Visit], Mapping[str, Any]]] = field(default_factory=dict)


SECTIONS: Mapping[str, Section] = {
    "": Section(
        title="Basic Information",
        template="basic_information",
        draw=basic_information.draw,
        acts=basic_information.ACTS,
    ),
    "install": Section(title="Install App", template="install", draw=install_app.draw, acts=install_app.ACTS),
    "socket-mode": Section(title="Socket Mode", template="socket_mode", draw=socket_mode.draw, acts=socket_mode.ACTS),
    "manifest": Section(title="App Manifest", template="manifest", draw=manifest.draw, acts=manifest.ACTS),
    "distribution": Section(
        title="Manage Distribution", template="distribution", draw=distribution.draw, acts=distribution.ACTS
    ),
}
"""By the end of the path."""


async def show(request: web.Request) -> web.StreamResponse:
    """The page."""
    found = await visit(request)
    return found if isinstance(found, web.Response) else _page(request, found)


async def press(request: web.Request) -> web.StreamResponse:
    """Do what the button says and show the page again; after the app's deletion the list."""
    found = await visit(request)
    if isinstance(found, web.Response):
        return found
    section = SECTIONS.get(request.match_info.get("section", ""))
    act = section.acts.get(pages.one(found.form, "act")) if section else None
    if act is None:
        return _page(request, found, {"wrong": "There is no such button."})
    try:
        shown = act(found)
    except WrongError as wrong:
        return _page(request, found, {"wrong": str(wrong)})
    except Refused as refusal:
        says = pages.said(refusal)[1]
        return _page(request, found, {"wrong": says, "errors": refusal.extra.get("errors", ())})
    if found.app.deleted:
        return pages.sent_to("/apps")
    return _page(request, found, shown)


def _page(request: web.Request, found: Visit, more: Mapping[str, Any] | None = None) -> web.Response:
    slug = request.match_info.get("section", "")
    section = SECTIONS.get(slug)
    if section is None:
        return pages.problem(request, "An app has no such page.", back=f"/apps/{found.app.app_id}")
    around: dict[str, Any] = {
        "visitor": found.person,
        "app": found.app,
        "owner": found.owner,
        "title": section.title,
        "slug": slug,
        "sections": {name: it.title for name, it in SECTIONS.items()},
        "wrong": "",
        "done": "",
        "errors": (),
    }
    shown = around | dict(section.draw(found)) | dict(more or {})
    status = HTTPStatus.UNPROCESSABLE_ENTITY if shown["wrong"] else HTTPStatus.OK
    return pages.page(request, f"section_{section.template}.html", shown, status=status)


ROWS: tuple[Row, ...] = (
    ("GET", PATH, show),
    ("POST", PATH, press),
    ("GET", f"{PATH}/{{section}}", show),
    ("POST", f"{PATH}/{{section}}", press),
)
