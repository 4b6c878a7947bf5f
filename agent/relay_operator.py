"""What the relay's operator does on the command line, with AWS credentials."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from agent.relay_dead_letters import Looked

Stack = Annotated[str, typer.Option("--stack", metavar="NAME", help="The stack that was deployed.")]
STACK = "ghe-slack-relay"


def register(relay: typer.Typer) -> None:
    """Add the operator's verbs to `ghe-slack relay`."""
    agents = typer.Typer(help="The agents that may speak, for the relay's operator; needs AWS credentials.")
    agents.command("add")(add)
    agents.command("revoke")(revoke)
    agents.command("list")(list_)
    relay.add_typer(agents, name="agents")
    relay.command("deploy")(deploy)
    relay.command("dead-letters")(dead_letters)
    relay.command("redrive")(redrive)


def add(
    agent_id: Annotated[str, typer.Argument(metavar="ID", help="RELAY_AGENT_ID of the agent.")],
    public: Annotated[Path, typer.Argument(metavar="PUBLIC.pem", help="The public key that `keygen` has written.")],
    *,
    key_id: Annotated[str, typer.Option(metavar="ID", help="RELAY_KEY_ID of the agent.")] = "k1",
    stack: Stack = STACK,
) -> None:
    """Enter an agent with its first key, or a further key of an agent."""
    from agent import relay_agents

    typer.echo(relay_agents.add(relay_agents.connected(stack), agent_id, key_id, public.read_bytes()))


def revoke(
    agent_id: Annotated[str, typer.Argument(metavar="ID")],
    key_id: Annotated[str, typer.Argument(metavar="[KEY]", help="One key only; without it, the agent.")] = "",
    *,
    keep: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="One that it has entered, and that is the agent's own.")
    ] = None,
    stack: Stack = STACK,
) -> None:
    """Refuse an agent, or a key with those it has entered, whatever they have signed; in force within a minute."""
    from agent import relay_agents

    typer.echo(relay_agents.revoke(relay_agents.connected(stack), agent_id, key_id, keep or ()))


def list_(*, stack: Stack = STACK) -> None:
    """Print the agents and their keys."""
    from agent import relay_agent_list, relay_agents

    operator = relay_agents.connected(stack)
    typer.echo(relay_agent_list.as_text(relay_agents.listed(operator), operator.now))


def deploy(
    relay_id: Annotated[str, typer.Option("--relay-id", metavar="ID", help="The audience that agents sign for.")],
    *,
    stack: Stack = STACK,
    arch: Annotated[str, typer.Option(help="arm64 or x86_64.")] = "arm64",
    topic: Annotated[str, typer.Option(metavar="ARN", help="The SNS topic that hears of alarms.")] = "",
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE", help="A parameter of the template, EventSourceEnabled=false say; repeatable."
        ),
    ] = None,
    run: Annotated[bool, typer.Option("--run", help="Run them, rather than print them.")] = False,
) -> None:
    """Print the commands that deploy the relay from a checkout, or run them."""
    from agent import relay_deploying

    commands = relay_deploying.commands(
        stack=stack, relay_id=relay_id, arch=arch, topic=topic, parameters=parameter or ()
    )
    if run:
        relay_deploying.run(commands)
    else:
        typer.echo("\n".join(relay_deploying.as_text(commands)))


def dead_letters(*, stack: Stack = STACK) -> None:
    """Print what could not be said: each one's delivery id and reason."""
    from agent import relay_dead_letters

    typer.echo(relay_dead_letters.as_text(looked_at(stack)))


def looked_at(stack: str) -> "Looked":
    """The dead letters of a stack."""
    from agent import relay_agents, relay_dead_letters

    return relay_dead_letters.looked_at(relay_agents.connected(stack))


def redrive(*, stack: Stack = STACK) -> None:
    """Put the dead letters back into the queue; each is tried once more."""
    from agent import relay_agents, relay_dead_letters

    typer.echo(relay_dead_letters.redrive(relay_agents.connected(stack)))
