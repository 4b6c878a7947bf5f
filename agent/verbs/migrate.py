"""`ghe-slack migrate`."""

import typer


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("migrate")(migrate)


def migrate() -> None:
    """Bring the store to the newest schema."""
    from asyncpg import PostgresError  # type: ignore[import-untyped]
    from sqlalchemy.exc import SQLAlchemyError

    from agent import settings
    from agent.cli_errors import Failure
    from agent.store import migrate as store

    url = settings.load().database_url
    try:
        typer.echo(store.migrate(url))
    except (OSError, PostgresError, SQLAlchemyError) as error:
        raise Failure(
            f"The store can't be migrated ({type(error).__name__}); check AGENT_DATABASE_URL and the database."
        ) from error
