from collections.abc import Iterator
from types import ModuleType, SimpleNamespace

import pytest

from agent import commands
from agent.interactions import undo
from agent.slash import tables


@pytest.fixture
def emptied() -> Iterator[None]:
    """The tables are made anew, within the test and after it."""
    tables.verbs.cache_clear()
    tables.actions.cache_clear()
    yield
    tables.verbs.cache_clear()
    tables.actions.cache_clear()


def test_the_files_of_the_folder_are_the_commands() -> None:
    assert list(tables.verbs()) == ["help", "subscribe", "unsubscribe"]


def test_the_buttons_are_found_by_their_action() -> None:
    assert tables.actions() == undo.ACTIONS


@pytest.mark.usefixtures("emptied")
def test_two_files_with_one_verb_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = [SimpleNamespace(name="help"), SimpleNamespace(name="help")]

    def listed(path: object) -> list[SimpleNamespace]:
        return twice if path is commands.__path__ else []

    monkeypatch.setattr(tables, "iter_modules", listed)

    with pytest.raises(tables.DoubleWordError, match=r"agent\.commands\.help claims `help`"):
        tables.verbs()


def test_every_command_is_a_module_with_a_verb_of_its_name() -> None:
    for name, verb in tables.verbs().items():
        module = __import__(f"agent.commands.{name}", fromlist=["VERB"])

        assert isinstance(module, ModuleType)
        assert (module.VERB, verb.name) == (verb, name)
        assert all(usage.form.split()[0] == name for usage in verb.usages)
