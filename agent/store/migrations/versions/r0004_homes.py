"""Homes that were shown, and greetings."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "homes",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("greeted_at", sa.Double(), nullable=True),
        sa.Column("shown_at", sa.Double(), nullable=True, comment="when Home was first shown"),
        sa.PrimaryKeyConstraint("team_id", "user_id", name=op.f("pk_homes")),
    )


def downgrade() -> None:
    """Take them back."""
    op.drop_table("homes")
