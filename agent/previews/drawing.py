"""The card of what a link shows."""

from typing import assert_never

from agent.previews.cards.comments import comment_card
from agent.previews.cards.files import file_card
from agent.previews.cards.issues import issue_card
from agent.previews.cards.places import account_card, project_card
from agent.previews.deciding import Size
from agent.previews.things import Account, Comment, FileLines, Issue, Project, Thing
from shared.card import Card


def card(thing: Thing, size: Size, *, buttons: bool = True) -> Card:
    """Full or condensed; a draft's has no `buttons`, since nothing can be answered there."""
    match thing:
        case Issue():
            return issue_card(thing, size, buttons=buttons)
        case Comment():
            return comment_card(thing, size)
        case FileLines():
            return file_card(thing, size)
        case Project():
            return project_card(thing, size)
        case Account():
            return account_card(thing, size)
        case never:
            assert_never(never)
