import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from agent.cards_fallback import plain_card
from agent.subject import Kind, Subject, SubjectKey
from shared.blockkit.message import message
from shared.card import DataClass
from shared.event import Repository, label

AT = datetime(2025, 3, 1, tzinfo=UTC)
REPOSITORY = Repository(
    id=42,
    owner_id=7,
    owner="acme",
    name="rocket",
    visibility="private",
    url="https://github.example.com/acme/rocket",
    default_branch="main",
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def test_the_plain_card_says_what_happened_where_and_leads_to_the_subject() -> None:
    event = label("d1", "pull_request_review", {"action": "submitted", "sender": {"login": "octocat"}}, AT)
    key = SubjectKey(repository_id=42, kind=Kind.PULL, number="34")
    fields = {"html_url": "https://github.example.com/acme/rocket/pull/34"}
    subject = Subject(key=key, repository=REPOSITORY, fields=fields, updated_at=None, complete=True)

    drawn = message(plain_card(event, subject), DataClass.FULL)

    assert drawn.text == "Pull request review submitted by octocat"
    assert "<https://github.example.com/acme/rocket/pull/34|pull 34>" in json.dumps(drawn.attachments)


@given(
    payload=st.fixed_dictionaries({}, optional=dict.fromkeys(("action", "sender", "repository", "issue"), JSON)),
    name=st.text(max_size=30),
)
def test_any_event_has_a_plain_card(payload: dict[str, object], name: str) -> None:
    drawn = message(plain_card(label("d1", name, payload, AT), None), DataClass.LINK)

    assert drawn.text
    assert drawn.blocks or drawn.attachments
