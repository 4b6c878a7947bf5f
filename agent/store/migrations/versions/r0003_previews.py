"""Previews of links: what was shown and asked, and what people have chosen."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "previews",
        sa.Column("seq", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False, comment="agent.previews.links.key"),
        sa.Column("message_ts", sa.String(), nullable=False),
        sa.Column("shown_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_previews")),
        sa.UniqueConstraint("team_id", "channel_id", "link", name=op.f("uq_previews_team_id_channel_id_link")),
    )
    op.create_index(op.f("ix_previews_shown_at"), "previews", ["shown_at"], unique=False)
    op.create_table(
        "preview_prompts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("message_ts", sa.String(), nullable=False),
        sa.Column("thread_ts", sa.String(), nullable=False),
        sa.Column("unfurl_id", sa.Text(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("ext_shared", sa.Boolean(), nullable=False),
        sa.Column("urls", sa.Text(), nullable=False, comment="JSON"),
        sa.Column("size", sa.String(), nullable=False),
        sa.Column("repository_id", _NUMBER, nullable=False, comment="0: to sign in"),
        sa.Column("repository", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preview_prompts")),
    )
    op.create_index(op.f("ix_preview_prompts_asked_at"), "preview_prompts", ["asked_at"], unique=False)
    op.create_index(op.f("ix_preview_prompts_team_id_user_id"), "preview_prompts", ["team_id", "user_id"], unique=False)
    op.create_table(
        "preview_choices",
        sa.Column("seq", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("choice", sa.String(), nullable=False, comment="always or muted"),
        sa.Column("repository_id", _NUMBER, nullable=False, comment="0: all"),
        sa.Column("channel_id", sa.String(), nullable=False, comment="empty: all"),
        sa.Column("muted_until", sa.Double(), nullable=True, comment="null: for good"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_preview_choices")),
        sa.UniqueConstraint(
            "team_id",
            "user_id",
            "choice",
            "repository_id",
            "channel_id",
            name=op.f("uq_preview_choices_wish"),
        ),
    )


def downgrade() -> None:
    """Take them back."""
    for table in ("preview_choices", "preview_prompts", "previews"):
        op.drop_table(table)
