"""The tables of the set-up: what the console keeps, and what was installed where. As in `agent.store.tables`."""

from sqlalchemy import Boolean, Column, Double, Index, Integer, LargeBinary, String, Table, Text

from agent.store.schema import Number, metadata

configuration = Table(
    "configuration",
    metadata,
    Column("name", String, primary_key=True, comment="of a setting, in small letters"),
    Column("value", LargeBinary, nullable=False, comment="encrypted"),
    Column("by", String, nullable=False, comment="a GHES login, `password` or `setup`"),
    Column("at", Double, nullable=False),
)

installations = Table(
    "installations",
    metadata,
    Column("id", String, primary_key=True, comment="of the workspace, or of the organisation"),
    Column("is_organisation", Boolean, nullable=False),
    Column("name", Text, nullable=False),
    Column("app_id", String, nullable=False),
    Column("token", LargeBinary, nullable=False, comment="encrypted"),
    Column("refresh", LargeBinary, comment="encrypted; with token rotation only"),
    Column("token_ends_at", Double, comment="with token rotation only"),
    Column("refreshing_until", Double, nullable=False, server_default="0", comment="one refresh at a time, everywhere"),
    Column("trouble", Text, nullable=False, server_default="", comment="why the token isn't taken, a Slack error"),
    Column("scopes", Text, nullable=False),
    Column("installed_by", String, nullable=False, comment="a Slack user id, or empty"),
    Column("installed_at", Double, nullable=False),
)

round_trips = Table(
    "round_trips",
    metadata,
    Column("state_hash", String, primary_key=True),
    Column("kind", String, nullable=False, comment="agent.store.round_trips.Kind"),
    Column("browser_hash", String, nullable=False),
    Column("detail", Text, nullable=False, comment="JSON"),
    Column("ends_at", Double, nullable=False),
    Index(None, "ends_at"),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("seq", Number, primary_key=True, autoincrement=True),
    Column("address", String, nullable=False),
    Column("at", Double, nullable=False),
    Index(None, "at"),
)

versions = Table(
    "versions",
    metadata,
    Column("name", String, primary_key=True, comment="of what changed: agent.store.versions.What"),
    Column("number", Integer, nullable=False),
)
