"""The present state of a subject, asked of GHES where no payload had it."""

from agent.ghes.repositories import Found, Repositories
from agent.ghes.subjects import Fetched, Subjects
from agent.sightings import issue_fields, pull_fields
from agent.subject import Kind, Sighting, Subject
from shared.clock import Clock
from shared.event import instant

TIMEOUT_S = 8.0


class PresentState:
    """Answers within 8 s or not at all: a card is never held up by GHES."""

    def __init__(self, *, repositories: Repositories, subjects: Subjects, clock: Clock) -> None:
        self._repositories, self._subjects, self._clock = repositories, subjects, clock

    async def __call__(self, subject: Subject) -> Sighting | None:
        """What GHES says of an issue or pull request now; None when it doesn't answer, or knows it no more."""
        if subject.key.kind not in {Kind.ISSUE, Kind.PULL}:
            return None
        try:
            async with self._clock.timeout(TIMEOUT_S):
                return await self._ask(subject)
        except TimeoutError:
            return None

    async def _ask(self, subject: Subject) -> Sighting | None:
        repository = subject.repository
        found = await self._repositories.find(repository.owner, repository.name)
        if not isinstance(found, Found):
            return None
        pull = subject.key.kind is Kind.PULL
        ask = self._subjects.pull if pull else self._subjects.issue
        match await ask(found.installation_id, found.repository.full_name, int(subject.key.number)):
            case Fetched(fields=fields):
                return Sighting(
                    key=subject.key,
                    fields=pull_fields(fields) if pull else issue_fields(fields),
                    updated_at=instant(fields, "updated_at"),
                    fetched=True,
                )
            case _:
                return None
