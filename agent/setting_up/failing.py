"""What a far side has refused, at the command line."""

from agent.cli_errors import Failure
from agent.setup.trouble import Trouble


def failure(trouble: Trouble) -> Failure:
    """Its sentences in one."""
    return Failure(" ".join(filter(None, (trouble.says, *trouble.fields.values()))))
