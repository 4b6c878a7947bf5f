"""Comments and reviews."""

from collections.abc import Mapping

from agent.card_parts import BETWEEN, body, by, fallback, present, repository_footer, title
from agent.issue_parts import linked_title
from agent.line_parts import place
from agent.previews.deciding import Size
from agent.previews.links import CommentKind
from agent.previews.things import Comment
from agent.ref_parts import commit
from shared.blockkit import palette
from shared.card import Card, Context, Label, Line, Paragraph, Span, reference
from shared.event import instant, number, text

_REVIEWED: Mapping[str, tuple[str, str]] = {
    "APPROVED": ("Approval", palette.SUCCESS),
    "CHANGES_REQUESTED": ("Request for changes", palette.FAILURE),
}
"""Words and colour by a review's state; the others are just reviews."""


def comment_card(comment: Comment, size: Size) -> Card:
    """What somebody wrote, below what it is about."""
    address, what = text(comment.fields, "html_url"), _what(comment)
    author = by(text(comment.fields, "user", "login") or "ghost")
    written_at = instant(comment.fields, "created_at") or instant(comment.fields, "submitted_at")
    footer = repository_footer(comment.repository, written_at)
    return Card(
        color=_color(comment),
        headline=(*what, *author) if size is Size.FULL else (),
        parts=present(
            linked_title(comment.issue.fields, address) if comment.issue else None,
            *(
                (place(comment.fields), body(text(comment.fields, "body"), address, comment.repository), footer)
                if size is Size.FULL
                else (_line((*what, *author), footer, is_title=comment.issue is None),)
            ),
        ),
        fallback=(*fallback(comment.repository, ""), *what, *author, *_about(comment)),
    )


def _line(said: Line, footer: Context, *, is_title: bool) -> Paragraph | Context:
    line = (*said, Span(Label.REFERENCE, BETWEEN), *footer.line)
    return Paragraph(line) if is_title else Context(line)


def _what(comment: Comment) -> Line:
    where = "pull request" if comment.issue and comment.issue.is_pull else "issue"
    match comment.kind:
        case CommentKind.COMMIT:
            sha = text(comment.fields, "commit_id")
            return (reference("Comment on commit "), commit(comment.repository, sha, text(comment.fields, "html_url")))
        case CommentKind.REVIEW:
            word, _ = _REVIEWED.get(text(comment.fields, "state").upper(), ("Review", ""))
            return (reference(f"{word} of pull request" if word == "Review" else f"{word} on pull request"),)
        case _:
            return (reference(f"Comment on {where}"),)


def _about(comment: Comment) -> Line:
    if comment.issue is None:
        return ()
    fields = comment.issue.fields
    return (reference(f": #{number(fields, 'number')}"), Span(Label.TITLE, " "), title(text(fields, "title")))


def _color(comment: Comment) -> str:
    if comment.kind is not CommentKind.REVIEW:
        return palette.NEUTRAL
    return _REVIEWED.get(text(comment.fields, "state").upper(), ("", palette.NEUTRAL))[1]
