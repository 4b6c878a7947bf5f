"""A post as the relay is given it: each of its notifications by itself, signed, with its own card. Pure.

Merged posts travel as their members, one behind the other; who posts them merges them anew by the same rules. What the
data class hides is taken out here, before anything is signed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from agent.relay.signer import Signer
from shared.address import Address
from shared.card_json import redacted
from shared.dispatch import Notification, Statement, card_text, digest
from shared.post import Post

_AROUND_BYTES = 64
"""Names, quotes and commas around a text; what JSON escapes in it is counted apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What one post comes to; `cards` are texts by their digests."""

    address: Address
    statements: Sequence[Statement]
    cards: Mapping[str, str]

    @property
    def size_bytes(self) -> int:
        """What it adds to a dispatch, at most."""
        texts = [each.text + each.signature for each in self.statements] + list(self.cards.values())
        return sum(len(text) + text.count('"') + text.count("\\") + 2 * _AROUND_BYTES for text in texts)


def parcel(signer: Signer, post: Post, unknown: Literal["resend", "park"], now: float) -> Parcel:
    """The parcel of a post; a member that may not be shown any more withdraws what hasn't been said of it yet."""
    texts = {id_: card_text(redacted(card, post.data_class)) for id_, card in post.cards.items()}
    names = {id_: digest(text) for id_, text in texts.items()}
    return Parcel(
        address=post.address,
        statements=tuple(
            signer.statement(
                Notification(
                    id=member,
                    delivery_id=post.delivery_id,
                    address=post.address,
                    role=post.role,
                    thread_key=post.thread_key,
                    thread_ts=post.ts,
                    card=names.get(member),
                    data_class=post.data_class,
                    unknown=unknown,
                ),
                now,
            )
            for member in post.members
        ),
        cards={names[id_]: text for id_, text in texts.items()},
    )
