"""Repositories, organisations and people."""

from agent.card_parts import counted, fallback, joined, names_field, present, titled, unstarred
from agent.previews.deciding import Size
from agent.previews.things import Account, Project
from shared.blockkit import palette
from shared.blockkit.mrkdwn import link, one_line, url
from shared.card import Card, Context, Fields, Label, Line, Link, Paragraph, Part, Span, reference
from shared.event import number, text

_DESCRIPTION = 300


def project_card(project: Project, size: Size) -> Card:
    """A repository: what it is for, in which language, who sees it."""
    fields, repository = project.fields, project.repository
    full = size is Size.FULL
    topics = fields.get("topics")
    return Card(
        color=palette.NEUTRAL,
        headline=(reference("Repository"),) if full else (),
        parts=present(
            titled(Link(url(repository.url), (reference(one_line(repository.full_name)),))),
            _words(text(fields, "description")) if full else None,
            Fields(
                (
                    names_field("Language", [text(fields, "language")]),
                    names_field("Default branch", [repository.default_branch]),
                    names_field("Topics", [each for each in topics or () if isinstance(each, str)]),
                )
            )
            if full
            else None,
            Context((reference(_visibility(project)),)),
        ),
        fallback=fallback(repository, "Repository"),
    )


def account_card(account: Account, size: Size) -> Card:
    """An organisation or a person, whose address spells the name: where the one is hidden, so is the other."""
    fields, full = account.fields, size is Size.FULL
    what = "Organization" if account.is_organization else "Person"
    label = Label.TITLE if account.is_organization else Label.PEOPLE
    login, name = one_line(text(fields, "login"), 80), one_line(text(fields, "name"), 80)
    words = f"{name} ({login})" if name and name != login else login
    return Card(
        color=palette.NEUTRAL,
        headline=(reference(what),) if full else (),
        parts=present(
            Paragraph((Span(label, f"*{link(text(fields, 'html_url'), unstarred(words))}*"),)),
            _words(text(fields, "description") or text(fields, "bio")) if full else None,
            _facts(account) if full else Context((reference(what),)),
        ),
        fallback=(reference(what), Span(label, f" {login}")),
    )


def _visibility(project: Project) -> str:
    archived = ", archived" if project.fields.get("archived") is True else ""
    return f"{project.repository.visibility}{archived}".capitalize()


def _words(said: str) -> Paragraph | None:
    description = one_line(said, _DESCRIPTION)
    return Paragraph((Span(Label.TEXT, description),)) if description else None


def _facts(account: Account) -> Part | None:
    fields = account.fields
    facts = [text(fields, name) for name in ("company", "location")]
    line: list[Span | Link] = [Span(Label.TEXT, one_line(fact, 80)) for fact in facts if fact]
    count = number(fields, "public_repos")
    if count:
        line.append(reference(counted(count, "public repository", "public repositories")))
    shown: Line = tuple(joined(line))
    return Context(shown) if shown else None
