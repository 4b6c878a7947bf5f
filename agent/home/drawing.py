"""Home as Block Kit: lines whose parts are labelled, so that the workspace's data class applies as it does to cards."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, assert_never

from agent.card_parts import BETWEEN, by, counted, date, title
from agent.home.buttons import CONNECT, HELP, REFRESH, SIGN_OUT
from agent.home.home import Connected, Home, Looked, Outsider, Silent, Subscribed, Thing, Things, Unconnected
from agent.slash.issue_form import OPEN_ISSUE
from agent.slash.reply import Button, Reply, element
from agent.slash.signing_in import ENTER_CODE
from agent.slash.view import section_of
from agent.subscriptions.words import code
from shared.blockkit import limits
from shared.blockkit.mrkdwn import link, one_line, url
from shared.card import DataClass, Label, Link, Span, reference, visible

Block = Mapping[str, Any]

CHANNELS, NAMES = 20, 10
"""So many channels are shown, and so many names in each."""

_TITLE_LENGTH = 150
_UNCONNECTED = (
    "Your GitHub Enterprise account isn't connected with Slack yet. Connect it to open issues, to comment, and to see "
    "here what waits for you."
)
_OUTSIDER = (
    "Only full members of this workspace can connect a GitHub account: you're a guest here, or belong to another "
    "organisation. Ask a member of this workspace to subscribe a channel that you're in: then you see the news there."
)
_ASKING = "I'm asking GitHub Enterprise…"
_REFRESH, _HELP = Button(text="Refresh", action_id=REFRESH), Button(text="Help", action_id=HELP)
_SURE = {
    "title": {"type": "plain_text", "text": "Sign out"},
    "text": {"type": "mrkdwn", "text": "I forget your GitHub account, and nothing here acts as you any more."},
    "confirm": {"type": "plain_text", "text": "Sign out"},
    "deny": {"type": "plain_text", "text": "Stay signed in"},
}


def blocks(home: Home, data_class: DataClass) -> list[Block]:
    """All of it, within Slack's limits."""
    return list(_blocks(home, data_class))[: limits.VIEW_BLOCKS]


def _blocks(home: Home, data_class: DataClass) -> Iterator[Block]:
    match home.account:
        case Outsider():
            yield section_of(_OUTSIDER)
            yield _actions(element(_REFRESH), element(_HELP))
        case Unconnected(offer=offer):
            yield from _unconnected(offer)
            yield from _subscriptions(home, data_class)
        case Connected(login=login):
            yield from _connected(login, home, data_class)
            yield from _list("Waiting for your review", home.reviews, "/pulls/review-requested", home, data_class)
            yield from _list("Assigned to you", home.assigned, "/issues/assigned", home, data_class)
            yield from _subscriptions(home, data_class)
        case never:
            assert_never(never)
    yield _context(f"As of {date(home.made_at)}")


def _unconnected(offer: Reply | None) -> Iterator[Block]:
    if offer is None:
        yield section_of(_UNCONNECTED)
        connect = Button(text="Connect GitHub account", action_id=CONNECT, style="primary")
        enter = Button(text="Enter code", action_id=ENTER_CODE)
        yield _actions(*(element(button) for button in (connect, enter, _REFRESH, _HELP)))
    else:
        yield from offer.blocks
        yield _actions(element(_REFRESH), element(_HELP))


def _connected(login: str, home: Home, data_class: DataClass) -> Iterator[Block]:
    page = link(f"{home.ghes_url}/{login}", one_line(login))  # it spells the login, so it is hidden with it
    profile = (Span(Label.PEOPLE, " as "), Span(Label.PEOPLE, page))
    yield section_of(visible((reference("You're connected"), *profile, reference(".")), data_class))
    yield _actions(
        element(Button(text="Open a new issue", action_id=OPEN_ISSUE, style="primary")),
        element(_REFRESH),
        element(Button(text="Sign out", action_id=SIGN_OUT)) | {"confirm": _SURE},
        element(_HELP),
    )


def _list(heading: str, looked: Looked, page: str, home: Home, data_class: DataClass) -> Iterator[Block]:
    yield _header(heading)
    match looked:
        case None:
            yield section_of(_ASKING)
        case Silent(says=says):
            yield section_of(says)
        case Things(things=(), total=total) if not total:
            yield section_of("Nothing.")
        case Things(things=things, total=total):
            yield from (section_of(_thing(each, home.made_at, data_class)) for each in things)
            if more := total - len(things):
                address = f"{home.ghes_url}{page}"
                yield _context(f"… and {more:,} more. {link(address, 'All of them')} are on GitHub Enterprise.")
        case never:
            assert_never(never)


def _thing(thing: Thing, now: datetime, data_class: DataClass) -> str:
    """The title and, below it, where, who and since when; without titles where comes first."""
    where = reference(f"{one_line(thing.repository)}#{thing.number}")
    opened = reference(f"{BETWEEN}opened {_age(now - thing.opened_at)}") if thing.opened_at else reference("")
    words = (title(thing.title, _TITLE_LENGTH),)
    if visible(words, data_class):
        below = visible((where, *by(thing.author, f"{BETWEEN}by "), opened), data_class)
        return f"{visible((Link(url(thing.url), words),), data_class)}\n{below}"
    return visible((Link(url(thing.url), (where,)), *by(thing.author, f"{BETWEEN}by "), opened), data_class)


def _age(age: timedelta) -> str:
    days, hours = age.days, age.seconds // 3600
    if days > 0:
        return f"{counted(days, 'day')} ago"
    return f"{counted(hours, 'hour')} ago" if days == 0 and hours else "just now"


def _subscriptions(home: Home, data_class: DataClass) -> Iterator[Block]:
    yield _header("Your subscriptions")
    if not home.subscriptions:
        typed = code(f"{home.command} subscribe owner/repo")
        yield section_of(f"None yet. Type {typed} in a channel, or in a direct message with me.")
        return
    direct = [each for each in home.subscriptions if each.is_direct]
    if direct:
        yield section_of(visible(_names("Here, in your direct messages with me: ", direct, home.ghes_url), data_class))
    elsewhere = [each for each in home.subscriptions if not each.is_direct]
    channels = [(channel_id, list(found)) for channel_id, found in groupby(elsewhere, lambda each: each.channel_id)]
    for channel_id, found in channels[:CHANNELS]:
        yield section_of(visible(_names(f"<#{channel_id}>: ", found, home.ghes_url), data_class))
    if more := len(channels) - CHANNELS if len(channels) > CHANNELS else 0:
        yield _context(f"… and {counted(more, 'more channel')}.")
    if channels:
        yield _context("Of channels you see the subscriptions that you typed yourself.")


def _names(where: str, found: Sequence[Subscribed], ghes_url: str) -> Iterator[Span | Link]:
    yield reference(where)
    for number, each in enumerate(found[:NAMES]):
        yield reference(", " if number else "")
        yield Link(url(f"{ghes_url}/{each.name}"), (reference(one_line(each.name)),))
        yield reference(" (paused)" if each.paused else "")
    if len(found) > NAMES:
        yield reference(f", and {len(found) - NAMES} more")


def _header(words: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": words}}


def _context(says: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": says}]}


def _actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}
