from datetime import UTC, datetime
from typing import Any

from agent.cards import push
from shared.blockkit import limits
from shared.card import Card, DataClass, Paragraph, visible
from shared.event import Event, label

RECEIVED_AT = datetime(2026, 10, 3, 9, 12, tzinfo=UTC)
REPOSITORY = {
    "id": 42,
    "name": "rocket",
    "full_name": "acme/rocket",
    "owner": {"id": 7, "login": "acme"},
    "html_url": "https://github.example.com/acme/rocket",
}


def _event(**payload: Any) -> Event:
    return label("id", "push", {"ref": "refs/heads/main", "repository": REPOSITORY, **payload}, RECEIVED_AT)


def _commits(count: int) -> list[dict[str, Any]]:
    return [{"id": f"{number:040x}", "message": f"Step {number}\n\nMore."} for number in range(count)]


def _card(event: Event) -> Card:
    render = push.RULES["push"].render
    assert render is not None
    return render(event, None)


def _headline(event: Event) -> str:
    return visible(_card(event).headline, DataClass.FULL)


def _lines(event: Event) -> list[str]:
    first = _card(event).parts[0]
    assert isinstance(first, Paragraph)
    return visible(first.line, DataClass.FULL).splitlines()


def test_as_many_commits_as_ghes_lists_may_be_more() -> None:
    event = _event(commits=_commits(2048), sender={"login": "octocat"})

    lines = _lines(event)

    assert _headline(event) == "2,048+ new commits pushed to `main` by octocat"
    assert len(lines) == 11
    assert lines[-1] == "and 2,038 more"


def test_what_does_not_fit_slacks_section_is_counted_too() -> None:
    url = "https://github.example.com/a-long-organisation-name/a-long-repository-name/commit/"
    commits = [
        {"id": f"{n:040x}", "url": f"{url}{n:040x}", "message": "long " * 40, "author": {"name": "Somebody " * 8}}
        for n in range(300)
    ]

    lines = _lines(_event(commits=commits, sender={"login": "octocat"}))

    assert len("\n".join(lines)) <= limits.SECTION_TEXT
    assert 2 < len(lines) < 11
    assert lines[-1] == f"and {300 - len(lines) + 1} more"


def test_a_commit_of_nobody_on_ghes_is_shown_by_the_name_in_it() -> None:
    commit = {"id": "a" * 40, "message": "", "author": {"name": "Some <One>", "email": "x@example.com"}}

    lines = _lines(_event(commits=[commit], sender={"login": "octocat"}))

    assert lines == [f"<https://github.example.com/acme/rocket/commit/{'a' * 40}|`aaaaaaaa`> – Some &lt;One&gt;"]


def test_a_push_without_a_sender_is_by_its_pusher() -> None:
    assert _headline(_event(commits=_commits(1), pusher={"name": "deploy key"})).endswith(" by deploy key")


def test_the_time_of_a_push_is_a_number_of_seconds() -> None:
    event = _event(commits=_commits(1), repository={**REPOSITORY, "pushed_at": 1_700_000_000})

    assert push._pushed_at(event) == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_a_push_without_a_usable_time_happened_when_it_arrived() -> None:
    for pushed_at in (None, "2026-10-03T09:12:00Z", -1, 10**20):
        event = _event(commits=[], repository={**REPOSITORY, "pushed_at": pushed_at})

        assert push._pushed_at(event) == RECEIVED_AT


def test_a_pushed_tag_is_left_to_its_create_event() -> None:
    assert push.RULES["push"].unless(_event(ref="refs/tags/v1", commits=_commits(1)))


def test_a_new_branch_is_left_to_its_create_event_unless_it_brings_commits() -> None:
    unless = push.RULES["push"].unless

    assert unless(_event(created=True, commits=[]))
    assert unless(_event(created=True, commits=_commits(1))) is None


def test_a_payload_with_nothing_in_it_is_drawn_all_the_same() -> None:
    card = _card(label("id", "push", {}, RECEIVED_AT))

    assert visible(card.fallback, DataClass.FULL)
