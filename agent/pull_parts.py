"""What stands on the card of a pull request besides its text: reviewers, checks, branches, size and colour."""

from collections.abc import Mapping, Sequence

from agent.card_parts import NAME, below_each_other, called, code, counted, row, title
from agent.ref_parts import named
from agent.subject import Check
from shared.blockkit import limits, palette
from shared.blockkit.mrkdwn import one_line
from shared.card import Field, Label, Line, Paragraph, Span, reference
from shared.event import Payload, flag, items, number, text

_MARKS: Mapping[str, tuple[str, str]] = {
    "failure": ("❌", "failed"),
    "pending": ("🟡", "pending"),
    "neutral": ("⚪", "neutral"),
}
"""How a check that is not successful looks, worst first."""


def color(pull: Payload) -> str:
    """The colour of its state."""
    if flag(pull, "merged"):
        return palette.MERGED
    if text(pull, "state") == "closed":
        return palette.CLOSED_PULL
    return palette.DRAFT if flag(pull, "draft") else palette.OPEN


def reviewers_field(pull: Payload) -> Field:
    """People and teams whose review is still awaited."""
    people = [called(text(one, "login")) for one in items(pull, "requested_reviewers") if text(one, "login")]
    teams = [title(text(team, "slug") or text(team, "name"), NAME) for team in items(pull, "requested_teams")]
    return Field("Reviewers", row([*people, *teams], Label.PEOPLE))


def size(pull: Payload) -> Line:
    """`" · feature → `main` · +12 −3 in 2 files", as far as it is known."""
    head, base = text(pull, "head", "ref"), text(pull, "base", "ref")
    branches = (Span(Label.TITLE, " · "), code(head), Span(Label.TITLE, " → "), code(base)) if head and base else ()
    added, removed = number(pull, "additions"), number(pull, "deletions")
    if added is None or removed is None:
        return branches
    files = number(pull, "changed_files")
    where = f" in {counted(files, 'file')}" if files else ""
    return (*branches, reference(f" · +{added:,} −{removed:,}{where}"))


def checks(found: Sequence[Check]) -> Paragraph | None:
    """`Checks  2/3 successful`, and a line for each that is not, the worst first."""
    if not found:
        return None
    order = list(_MARKS)
    others = sorted(
        (check for check in found if check.state != "success"),
        key=lambda check: (order.index(check.state) if check.state in _MARKS else len(order), check.name),
    )
    count = reference(f"*Checks*  {len(found) - len(others)}/{len(found)} successful")
    if not others:
        return Paragraph((count,))
    room = limits.SECTION_TEXT - len(count.mrkdwn) - len("\n")
    lines = below_each_other([_check(check) for check in others], len(others), Label.TITLE, room)
    return Paragraph((count, Span(Label.TITLE, "\n"), *lines))


def _check(check: Check) -> Line:
    mark, state = _MARKS.get(check.state, ("⚪", one_line(check.state)))
    return (
        Span(Label.TITLE, f"{mark} "),
        named(check.url, one_line(check.name, NAME)),
        Span(Label.TITLE, f" {state}"),
    )
