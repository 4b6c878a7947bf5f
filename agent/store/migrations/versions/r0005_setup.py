"""What the console keeps, installations beside workspaces, browsers that are expected back."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add them; every workspace has had an installation of its own so far."""
    op.create_table(
        "configuration",
        sa.Column("name", sa.String(), nullable=False, comment="of a setting, in small letters"),
        sa.Column("value", sa.LargeBinary(), nullable=False, comment="encrypted"),
        sa.Column("by", sa.String(), nullable=False, comment="a GHES login, `password` or `setup`"),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_configuration")),
    )
    op.create_table(
        "installations",
        sa.Column("id", sa.String(), nullable=False, comment="of the workspace, or of the organisation"),
        sa.Column("is_organisation", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("app_id", sa.String(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False, comment="encrypted"),
        sa.Column("refresh", sa.LargeBinary(), nullable=True, comment="encrypted; with token rotation only"),
        sa.Column("token_ends_at", sa.Double(), nullable=True, comment="with token rotation only"),
        sa.Column(
            "refreshing_until",
            sa.Double(),
            server_default="0",
            nullable=False,
            comment="one refresh at a time, everywhere",
        ),
        sa.Column(
            "trouble", sa.Text(), server_default="", nullable=False, comment="why the token isn't taken, a Slack error"
        ),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("installed_by", sa.String(), nullable=False, comment="a Slack user id, or empty"),
        sa.Column("installed_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installations")),
    )
    op.create_table(
        "round_trips",
        sa.Column("state_hash", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False, comment="agent.store.round_trips.Kind"),
        sa.Column("browser_hash", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False, comment="JSON"),
        sa.Column("ends_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_round_trips")),
    )
    op.create_index(op.f("ix_round_trips_ends_at"), "round_trips", ["ends_at"], unique=False)
    op.create_table(
        "sign_in_failures",
        sa.Column("seq", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_sign_in_failures")),
    )
    op.create_index(op.f("ix_sign_in_failures_at"), "sign_in_failures", ["at"], unique=False)
    op.create_table(
        "versions",
        sa.Column("name", sa.String(), nullable=False, comment="of what changed: agent.store.versions.What"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_versions")),
    )
    op.execute(
        "INSERT INTO installations (id, is_organisation, name, app_id, token, scopes, installed_by, installed_at) "
        "SELECT team_id, false, name, '', token, scopes, '', installed_at FROM workspaces"
    )
    with op.batch_alter_table("workspaces") as table:
        table.add_column(
            sa.Column(
                "installation_id",
                sa.String(),
                nullable=False,
                server_default="",
                comment="the row of installations; gone once it is uninstalled",
            )
        )
        table.add_column(sa.Column("parked_at", sa.Double(), nullable=True))
        table.drop_column("token")
        table.drop_column("scopes")
    op.execute("UPDATE workspaces SET installation_id = team_id")
    op.execute("UPDATE workspaces SET parked_at = installed_at WHERE parked_reason IS NOT NULL")
    with op.batch_alter_table("workspaces") as table:
        table.alter_column("installation_id", server_default=None)
        table.create_index(op.f("ix_workspaces_installation_id"), ["installation_id"], unique=False)


def downgrade() -> None:
    """Take them back; an organisation's workspaces each get its token."""
    with op.batch_alter_table("workspaces") as table:
        table.add_column(sa.Column("token", sa.LargeBinary(), nullable=True, comment="encrypted"))
        table.add_column(sa.Column("scopes", sa.Text(), nullable=True))
    for name in ("token", "scopes"):
        op.execute(
            f"UPDATE workspaces SET {name} = "  # noqa: S608 - names of columns
            f"(SELECT {name} FROM installations WHERE installations.id = workspaces.installation_id)"
        )
    op.execute("DELETE FROM workspaces WHERE token IS NULL")
    with op.batch_alter_table("workspaces") as table:
        table.drop_index(op.f("ix_workspaces_installation_id"))
        table.alter_column("token", nullable=False)
        table.alter_column("scopes", nullable=False)
        table.drop_column("parked_at")
        table.drop_column("installation_id")
    for name in ("versions", "sign_in_failures", "round_trips", "installations", "configuration"):
        op.drop_table(name)
