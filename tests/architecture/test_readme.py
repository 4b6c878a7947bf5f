from pathlib import Path

from agent.slash.tables import verbs
from agent.subscriptions.features import FEATURES

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_every_command_is_in_the_readme() -> None:
    missing = [name for name in verbs() if f"`/ghe {name}" not in README]

    assert missing == []


def test_every_feature_is_in_the_readme() -> None:
    missing = [name for name in FEATURES if f"`{name}`" not in README]

    assert missing == []
