"""Many functions at the same time on a clock that stands still until all of them wait.

Each job has a thread, of which one runs at a time: it hands on when it waits, and the next is whoever is due first. So
a minute of a thousand channels takes what its work takes, and comes out the same every time.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from heapq import heappop, heappush
from itertools import count
from threading import Lock

from infra.sandbox.relay.stepped_clock import SteppedClock

MOST_THREADS = 1500
"""More than can wait at once: a hundred invocations with ten channels each, and themselves."""
Act = Callable[[], object]


class Stage(SteppedClock):
    """`relay_lambda.clock.Clock`: who waits lets the others act."""

    def __init__(self) -> None:
        super().__init__()
        self._due: list[tuple[float, int, Act]] = []
        self._numbers = count()
        self._baton = _taken()
        self._pool = ThreadPoolExecutor(MOST_THREADS)
        self._failures: list[BaseException] = []

    def at(self, moment: float, act: Act) -> None:
        """Have something done at a moment, which may start jobs but not wait."""
        heappush(self._due, (moment, next(self._numbers), act))

    def start(self, job: Act) -> None:
        """Have a job run, which may wait."""
        self.at(self.monotonic(), partial(self._entered, job))

    def run(self) -> None:
        """Until nothing is due any more. Raises the first failure of a job, when all others are through."""
        with self._pool:
            while self._due:
                moment, _, act = heappop(self._due)
                self._elapsed_s = max(self._elapsed_s, moment)
                act()
        if self._failures:
            raise self._failures[0]

    def wait(self, seconds: float) -> None:
        """Let others act until so much later; of jobs only."""
        turn = _taken()
        self.at(self.monotonic() + seconds, partial(self._resumed, turn))
        self._pause(turn)

    def side_by_side(self, jobs: Sequence[Callable[[], Sequence[str]]]) -> Sequence[Sequence[str]]:
        """Run jobs at the same time; what each returned, in their order."""
        if len(jobs) <= 1:
            return [job() for job in jobs]
        turn, found = _taken(), dict[int, Sequence[str]]()
        left = set(range(len(jobs)))

        def play(number: int, job: Callable[[], Sequence[str]]) -> None:
            try:
                found[number] = job()
            finally:
                left.discard(number)
                if not left:
                    self.at(self.monotonic(), partial(self._resumed, turn))

        for number, job in enumerate(jobs):
            self.start(partial(play, number, job))
        self._pause(turn)
        return [found[number] for number in range(len(jobs))]

    def _entered(self, job: Act) -> None:
        self._pool.submit(self._played, job)
        self._baton.acquire()

    def _played(self, job: Act) -> None:
        try:
            job()
        except BaseException as failure:  # noqa: BLE001 - raised where the stage is run
            self._failures.append(failure)
        finally:
            self._baton.release()

    def _resumed(self, turn: Lock) -> None:
        turn.release()
        self._baton.acquire()

    def _pause(self, turn: Lock) -> None:
        self._baton.release()
        turn.acquire()


def _taken() -> Lock:
    lock = Lock()
    lock.acquire()
    return lock
