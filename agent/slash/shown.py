"""What of GHES's words a workspace gets to see in replies, forms and suggestions: the table of `shared.card`.

Its data class is asked at the moment of speaking, so a reply that waited says no more than one of now.
"""

from agent.ghes.answers import Unreachable
from agent.slash.asked import Asked
from agent.slash.ports import Ports
from agent.slash.submission import Typing
from shared.blockkit.mrkdwn import escape
from shared.card import SHOWN, Label, Line, visible


def shown(line: Line, asked: Asked | Typing, ports: Ports) -> str:
    """The mrkdwn of `line` that is shown to whoever asks."""
    return visible(line, ports.data_class(asked.team_id))


def all_shown(asked: Asked | Typing, ports: Ports) -> frozenset[Label]:
    """Everything that is shown to whoever asks."""
    return SHOWN[ports.data_class(asked.team_id)]


def shows(label: Label, asked: Asked | Typing, ports: Ports) -> bool:
    """Whether words of this kind are shown to whoever asks."""
    return label in all_shown(asked, ports)


def joining(label: Label, mrkdwn: str, asked: Asked | Typing, ports: Ports) -> str:
    """A part of a sentence, spaces at its ends included; nothing where it isn't shown."""
    return mrkdwn if shows(label, asked, ports) else ""


def reason_of(why: Unreachable, team_id: str, ports: Ports) -> str:
    """Why GHES could not be asked, as mrkdwn without a full stop; its own words are somebody's text."""
    words = why.reason if Label.TEXT in SHOWN[ports.data_class(team_id)] else why.own or why.reason
    return escape(words.rstrip("."))
