"""Asking at a terminal, one section after the other; what a section is answered with is carried out at once.

An empty answer leaves things as they are. What was wrong is said, and the section asked again.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

from agent.cli_errors import Failure
from agent.setting_up.declared import Declared
from agent.setting_up.sections import SECTIONS, Section, Standing
from agent.settings_errors import SettingsError

Ask = Callable[[str, bool], str]
"""Takes a question, and whether the answer is secret; gives the answer, trimmed."""
Say = Callable[[str], None]
CarryOut = Callable[[Declared], Awaitable[None]]


async def ask_all(standing: Callable[[], Awaitable[Standing]], carry_out: CarryOut, ask: Ask, say: Say) -> None:
    """Ask every section until it is done or left empty; each by how things stand then."""
    for section_of in SECTIONS:
        section = section_of(await standing())
        if section is None:
            continue
        say(f"\n{section.title}\n{section.says} Empty: leave it as it is.")
        while not await _asked(section, carry_out, ask, say):
            pass


async def _asked(section: Section, carry_out: CarryOut, ask: Ask, say: Say) -> bool:
    try:
        if answers := _answers(section, ask):
            await carry_out(section.declared(answers))
    except (Failure, SettingsError) as wrong:
        say(str(wrong))
        return False
    return True


def _answers(section: Section, ask: Ask) -> dict[str, str]:
    """Those that aren't empty. An empty first one skips the section."""
    found = {}
    for number, question in enumerate(section.questions):
        answer = ask(question.asks, question.is_secret)
        if answer:
            found[question.key] = _content(answer) if question.is_file else answer
        elif number == 0:
            return {}
    return found


def _content(name: str) -> str:
    try:
        return Path(name).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise Failure("That names no text file that can be read.") from None
