"""What the list of subscriptions is filtered by."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add it. SQLite adds only columns that are computed when they're read, PostgreSQL has no index on such."""
    kept = op.get_bind().dialect.name == "postgresql"
    op.add_column(
        "subscriptions",
        sa.Column(
            "name_key",
            _KEY,
            sa.Computed("lower(target)", persisted=kept or None),
            nullable=True,
            comment="what lists are ordered and filtered by",
        ),
    )
    op.create_index(op.f("ix_subscriptions_name_key"), "subscriptions", ["name_key"], unique=False)
    op.create_index(op.f("ix_addresses_channel_id"), "addresses", ["channel_id"], unique=False)
    op.create_index(op.f("ix_sponsors_user_id"), "sponsors", ["user_id"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_index(op.f("ix_sponsors_user_id"), table_name="sponsors")
    op.drop_index(op.f("ix_addresses_channel_id"), table_name="addresses")
    op.drop_index(op.f("ix_subscriptions_name_key"), table_name="subscriptions")
    op.drop_column("subscriptions", "name_key")
