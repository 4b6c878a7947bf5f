import json
from uuid import UUID, uuid5

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.address import Address
from shared.blockkit.message import Message
from shared.card import DataClass
from shared.post import Post, Role

IDS = st.uuids().map(str)


def post(id_: str, *also: str, delivery_id: str = "d1", ts: str | None = None) -> Post:
    return Post(
        id=id_,
        also=also,
        delivery_id=delivery_id,
        address=Address(team_id="T1", channel_id="C1"),
        role=Role.PLAIN,
        ts=ts,
        thread_key=None,
        message=Message(text="hello", blocks=(), attachments=()),
        cards={},
        data_class=DataClass.FULL,
    )


@given(st.lists(IDS, min_size=1, max_size=10, unique=True))
@settings(max_examples=20)
def test_a_post_names_its_members_the_head_first(ids: list[str]) -> None:
    assert post(*ids).members == tuple(ids)


@given(IDS)
@settings(max_examples=20)
def test_every_attempt_at_a_post_has_the_client_msg_id_of_its_head(head: str) -> None:
    first, again = post(head), post(head, "another", ts="1.2")

    assert first.client_msg_id == again.client_msg_id
    assert UUID(first.client_msg_id).version == 5


@given(st.lists(IDS, min_size=2, max_size=10, unique=True))
@settings(max_examples=20)
def test_two_posts_never_share_a_client_msg_id(heads: list[str]) -> None:
    assert len({post(head).client_msg_id for head in heads}) == len(heads)


def test_the_client_msg_id_stays_through_updates_of_the_agent() -> None:
    head = "0b0f3c1e-7c39-4d0c-8f2c-0a1b2c3d4e5f"

    assert post(head).client_msg_id == str(uuid5(UUID("5b9a3f0e-52f3-4a0b-9c1d-6b1f7c2f9d10"), head))


def test_the_metadata_names_the_post_its_other_members_and_the_delivery_and_nothing_more() -> None:
    metadata = json.loads(json.dumps(post("n1", "n2", "n3", delivery_id="d7").metadata))

    assert metadata == {
        "event_type": "ghe_notification",
        "event_payload": {"id": "n1", "also": ["n2", "n3"], "delivery": "d7"},
    }
