"""Discussions, created and answered: the feature `discussions`. Everything else only brings their card up to date."""

from collections.abc import Mapping
from typing import Any

from agent.card_parts import (
    body,
    by,
    counted,
    fallback,
    happened_at,
    headline,
    names_field,
    present,
    repository_footer,
    title_link,
    titled,
)
from agent.card_table import Headline, ParentRenderer, Placement, Rule, Shown
from agent.subject import Kind, Sighting, Subject, SubjectKey
from agent.trimming import picked, signed
from shared.blockkit import palette
from shared.card import Card, Context, Fields, Label, Paragraph, Part, Span, reference
from shared.event import Event, Payload, Repository, flag, instant, items, mapping, number, text

_BY: Mapping[str, int] = {"discussion_comment.created": 1, "discussion_comment.deleted": -1}


def _sighting(event: Event) -> Sighting | None:
    discussion = mapping(event.payload, "discussion")
    number_ = number(discussion, "number")
    if number_ is None or event.repository is None:
        return None
    fields: dict[str, Any] = {
        **picked(discussion, "number", "title", "html_url", "body", "state", "comments", "created_at", "updated_at"),
        **signed(discussion, "user"),
        "category": picked(mapping(discussion, "category"), "name"),
    }
    if "labels" in discussion:
        fields["labels"] = [picked(label, "name") for label in items(discussion, "labels")]
    if event.key == "discussion.answered":
        fields["answer"] = _trimmed(mapping(event.payload, "answer"))
    if event.key == "discussion.unanswered":
        fields["answer"] = None
    if event.key == "discussion.deleted":
        fields["deleted"] = True
    return Sighting(
        key=SubjectKey(repository_id=event.repository.id, kind=Kind.DISCUSSION, number=str(number_)),
        fields=fields,
        updated_at=instant(discussion, "updated_at"),
        comments_by=_BY.get(event.key, 0),
    )


def _trimmed(answer: Payload) -> dict[str, Any]:
    return {**picked(answer, "html_url", "body", "created_at"), **signed(answer, "user")}


def _parent(subject: Subject, first: Headline) -> Card:
    discussion, repository = subject.fields, subject.repository
    is_deleted = flag(discussion, "deleted")
    address = "" if is_deleted else text(discussion, "html_url")
    done = "answered" if first.event_key == "discussion.answered" else "created"
    actor = text(discussion, "user", "login") if done == "created" else first.actor
    comments = number(discussion, "comments") or 0
    color = palette.CLOSED_ISSUE if text(discussion, "state") == "closed" else palette.OPEN
    return Card(
        color=palette.NEUTRAL if is_deleted else color,
        headline=headline(f"Discussion {done}", actor),
        parts=present(
            titled(title_link(address, number(discussion, "number"), text(discussion, "title"))),
            *(
                (Paragraph((reference("This discussion was deleted."),)),)
                if is_deleted
                else _said(discussion, repository)
            ),
            repository_footer(
                repository,
                instant(discussion, "created_at"),
                *((reference(counted(comments, "comment")),) if comments and not is_deleted else ()),
            ),
        ),
        fallback=fallback(
            repository, f"Discussion #{number(discussion, 'number')} {done}", actor, text(discussion, "title")
        ),
    )


def _said(discussion: Payload, repository: Repository) -> tuple[Part | None, ...]:
    """What stands in it, and its answer."""
    answer = mapping(discussion, "answer")
    return (
        body(text(discussion, "body"), text(discussion, "html_url"), repository),
        Fields((names_field("Category", [text(discussion, "category", "name")]),)),
        Context((Span(Label.PEOPLE, "Answered"), *by(text(answer, "user", "login")))) if answer else None,
        body(text(answer, "body"), text(answer, "html_url"), repository) if answer else None,
    )


def _answered(event: Event, _subject: Subject | None) -> Card:
    discussion, answer = mapping(event.payload, "discussion"), mapping(event.payload, "answer")
    chooser, address = text(discussion, "answer_chosen_by", "login") or event.actor, text(answer, "html_url")
    number_ = number(discussion, "number")
    return Card(
        color=palette.SUCCESS,
        headline=(
            reference("Answer to discussion "),
            title_link(text(discussion, "html_url"), number_, text(discussion, "title")),
            reference(" chosen"),
            *by(chooser),
        ),
        parts=present(
            Context((Span(Label.PEOPLE, "Answer"), *by(text(answer, "user", "login") or "ghost"))),
            body(text(answer, "body"), address, event.repository),
            repository_footer(event.repository, happened_at(event, ("discussion", "answer_chosen_at"))),
        ),
        fallback=fallback(
            event.repository, f"Answer to discussion #{number_} chosen", chooser, text(discussion, "title")
        ),
    )


def _silent(*, counters_only: bool = False) -> Shown:
    return Shown(feature="discussions", placement=Placement.SILENT, sighting=_sighting, counters_only=counters_only)


RULES: dict[str, Rule] = {
    "discussion.created": Shown(feature="discussions", placement=Placement.OPENING, sighting=_sighting),
    "discussion.answered": Shown(
        feature="discussions", placement=Placement.RESULT, render=_answered, sighting=_sighting
    ),
    "discussion.*": _silent(),
    "discussion_comment": _silent(counters_only=True),
}
PARENTS: Mapping[Kind, ParentRenderer] = {Kind.DISCUSSION: _parent}
