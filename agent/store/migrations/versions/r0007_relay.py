"""Workspaces that go over from one transport to the other, and whose data class somebody has chosen."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it. Whatever isn't as it was made must have been chosen."""
    op.add_column(
        "workspaces",
        sa.Column("next_transport", sa.String(), nullable=True, comment="where it goes over to when it is drained"),
    )
    op.add_column("workspaces", sa.Column("next_transport_at", sa.Double(), nullable=True, comment="since when"))
    op.add_column(
        "workspaces",
        sa.Column(
            "data_class_chosen",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="else it follows the transport",
        ),
    )
    op.execute(sa.text("UPDATE workspaces SET data_class_chosen = true WHERE data_class <> 'full'"))


def downgrade() -> None:
    """Take it back."""
    for name in ("data_class_chosen", "next_transport_at", "next_transport"):
        op.drop_column("workspaces", name)
