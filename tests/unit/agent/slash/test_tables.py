from collections.abc import Iterator
from pkgutil import iter_modules
from types import ModuleType, SimpleNamespace

import pytest

from agent import commands, interactions
from agent.interactions import open_form, undo
from agent.slash import tables


@pytest.fixture
def emptied() -> Iterator[None]:
    """The tables are made anew, within the test and after it."""
    tables.verbs.cache_clear()
    tables.flows.cache_clear()
    yield
    tables.verbs.cache_clear()
    tables.flows.cache_clear()


def test_the_files_of_the_folder_are_the_commands() -> None:
    assert list(tables.verbs()) == sorted(info.name for info in iter_modules(commands.__path__))


def test_flows_are_found_by_their_words() -> None:
    found = tables.flows()

    assert undo.ACTIONS.items() <= found.actions.items()
    assert open_form.OPENS.items() <= found.opens.items()


@pytest.mark.usefixtures("emptied")
def test_two_files_with_one_button_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = [SimpleNamespace(name="undo"), SimpleNamespace(name="undo")]
    monkeypatch.setattr(tables, "iter_modules", lambda path: twice if path is interactions.__path__ else [])

    with pytest.raises(tables.DoubleWordError, match=r"agent\.interactions\.undo claims `undo`"):
        tables.flows()


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
