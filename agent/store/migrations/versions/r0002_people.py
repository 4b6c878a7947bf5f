"""Linked people, audit, acts, sponsors; a channel's previews and its last repository."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "acts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("begun_at", sa.Double(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True, comment="null until it is over"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acts")),
    )
    op.create_index(op.f("ix_acts_begun_at"), "acts", ["begun_at"], unique=False)
    op.create_table(
        "allowances",
        sa.Column(
            "address_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "target_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "answer", sa.String(), nullable=False, comment="asked, yes or no: a private repository in a shared channel"
        ),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("address_id", "target_id", name=op.f("pk_allowances")),
    )
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_at"), "audit", ["at"], unique=False)
    op.create_table(
        "device_links",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("device_code", sa.LargeBinary(), nullable=False, comment="encrypted"),
        sa.Column("interval_s", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.Double(), nullable=False, comment="when GHES may be asked again"),
        sa.Column("ends_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "user_id", name=op.f("pk_device_links")),
    )
    op.create_table(
        "links",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("ends_at", sa.Double(), nullable=False),
        sa.Column("state_hash", sa.String(), nullable=True, comment="set once, by Continue"),
        sa.Column("browser_hash", sa.String(), nullable=True),
        sa.Column("returned_at", sa.Double(), nullable=True, comment="when GHES sent the browser back; once"),
        sa.Column("code_hash", sa.String(), nullable=True),
        sa.Column("wrong", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ghes_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("login", sa.String(), nullable=True),
        sa.Column("access", sa.LargeBinary(), nullable=True, comment="encrypted"),
        sa.Column("access_ends_at", sa.Double(), nullable=True),
        sa.Column("refresh", sa.LargeBinary(), nullable=True, comment="encrypted"),
        sa.Column("refresh_ends_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_links")),
        sa.UniqueConstraint("state_hash", name=op.f("uq_links_state_hash")),
    )
    op.create_index(op.f("ix_links_team_id_user_id"), "links", ["team_id", "user_id"], unique=False)
    op.create_table(
        "people",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("ghes_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("access", sa.LargeBinary(), nullable=False, comment="encrypted"),
        sa.Column("access_ends_at", sa.Double(), nullable=True),
        sa.Column("refresh", sa.LargeBinary(), nullable=True, comment="encrypted"),
        sa.Column("refresh_ends_at", sa.Double(), nullable=True),
        sa.Column(
            "refreshing_until",
            sa.Double(),
            server_default="0",
            nullable=False,
            comment="one refresh at a time, everywhere",
        ),
        sa.Column("linked_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "user_id", name=op.f("pk_people")),
    )
    op.create_index(op.f("ix_people_ghes_id"), "people", ["ghes_id"], unique=False)
    op.create_table(
        "sponsors",
        sa.Column(
            "address_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column(
            "target_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column(
            "checked_at", sa.Double(), nullable=False, comment="when GHES last said that this person may read it"
        ),
        sa.PrimaryKeyConstraint("address_id", "scope", "target_id", "user_id", name=op.f("pk_sponsors")),
    )
    op.create_index(op.f("ix_sponsors_checked_at"), "sponsors", ["checked_at"], unique=False)
    op.create_index(op.f("ix_sponsors_target_id_scope"), "sponsors", ["target_id", "scope"], unique=False)
    op.add_column("addresses", sa.Column("previews", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column(
        "addresses",
        sa.Column("last_repository", sa.Text(), nullable=True, comment="owner/repo that was last acted on here"),
    )
    op.add_column(
        "calls",
        sa.Column(
            "wish", sa.String(), server_default="", nullable=False, comment="equal for the same wish of the same person"
        ),
    )
    op.create_index(op.f("ix_calls_waiting_for"), "calls", ["waiting_for"], unique=False)
    if op.get_context().dialect.supports_comments:
        op.alter_column("calls", "waiting_for", existing_type=sa.String(), comment="agent.slash.later.Step")
        op.alter_column("calls", "call", existing_type=sa.Text(), comment="agent.slash.asked.to_json")
    op.add_column(
        "subscriptions",
        sa.Column("paused_at", sa.Double(), nullable=True, comment="since when nobody of the channel may read it"),
    )


def downgrade() -> None:
    """Take them back."""
    op.drop_column("subscriptions", "paused_at")
    op.drop_index(op.f("ix_calls_waiting_for"), table_name="calls")
    op.drop_column("calls", "wish")
    op.drop_column("addresses", "last_repository")
    op.drop_column("addresses", "previews")
    for table in ("sponsors", "people", "links", "device_links", "audit", "allowances", "acts"):
        op.drop_table(table)
