"""Releases, once they are published: the feature `releases`.

Publishing sends `published` and, beside it, `released` or `prereleased`; one of them is enough.
"""

from agent.card_parts import (
    NAME,
    below_each_other,
    body,
    fallback,
    happened_at,
    headline,
    present,
    repository_footer,
    unstarred,
)
from agent.card_table import Ignored, Placement, Rule, Shown
from agent.ref_parts import named, ref
from agent.subject import Subject
from shared.blockkit import limits, palette
from shared.blockkit.mrkdwn import one_line
from shared.card import Card, Field, Fields, Label, Line, Paragraph, Span
from shared.event import Event, Payload, flag, items, mapping, text


def _card(event: Event, _subject: Subject | None) -> Card:
    release = mapping(event.payload, "release")
    noun = "Pre-release" if flag(release, "prerelease") else "Release"
    tag, author = text(release, "tag_name"), text(release, "author", "login") or event.actor
    name = text(release, "name").strip() or tag
    published_at = happened_at(event, ("release", "published_at"), ("release", "created_at"))
    return Card(
        color=palette.NEUTRAL,
        headline=headline(f"{noun} published", author),
        parts=present(
            Paragraph((Span(Label.TITLE, f"*{named(text(release, 'html_url'), unstarred(one_line(name))).mrkdwn}*"),)),
            body(text(release, "body"), text(release, "html_url"), event.repository),
            Fields((Field("Tag", (ref(event.repository, tag),)), Field("Assets", _assets(release)))),
            repository_footer(event.repository, published_at),
        ),
        fallback=fallback(event.repository, f"{noun} published", author, name),
    )


def _assets(release: Payload) -> Line:
    lines: list[Line] = [
        (named(text(asset, "browser_download_url"), one_line(name, NAME)),)
        for asset in items(release, "assets")
        if (name := text(asset, "name"))
    ]
    return below_each_other(lines, len(lines), Label.TITLE, limits.FIELD_TEXT - len("*Assets*\n"))


RULES: dict[str, Rule] = {
    "release.published": Shown(feature="releases", placement=Placement.PLAIN, render=_card),
    "release.released": Ignored(reason="The release's published event shows it already."),
    "release.prereleased": Ignored(reason="The pre-release's published event shows it already."),
    "release.created": Ignored(reason="A release is shown when it is published; this one was only saved."),
    "release.edited": Ignored(reason="A release is shown once, when it is published; later edits are not."),
    "release.unpublished": Ignored(reason="A release is shown when it is published; taking it back is not."),
    "release.deleted": Ignored(reason="A release is shown when it is published; deleting it is not."),
}
