"""The tables that are about people: their accounts, what they did and chose. As in `agent.store.tables`."""

from sqlalchemy import Boolean, Column, Double, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from agent.store.schema import Number, metadata

people = Table(
    "people",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("user_id", String, primary_key=True),
    Column("ghes_id", Number, nullable=False),
    Column("login", String, nullable=False),
    Column("access", LargeBinary, nullable=False, comment="encrypted"),
    Column("access_ends_at", Double),
    Column("refresh", LargeBinary, comment="encrypted"),
    Column("refresh_ends_at", Double),
    Column("refreshing_until", Double, nullable=False, server_default="0", comment="one refresh at a time, everywhere"),
    Column("linked_at", Double, nullable=False),
    Index(None, "ghes_id"),
)

links = Table(
    "links",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("team_id", String, nullable=False),
    Column("user_id", String, nullable=False),
    Column("ends_at", Double, nullable=False),
    Column("state_hash", String, unique=True, comment="set once, by Continue"),
    Column("browser_hash", String),
    Column("returned_at", Double, comment="when GHES sent the browser back; once"),
    Column("code_hash", String),
    Column("wrong", Integer, nullable=False, server_default="0"),
    Column("ghes_id", Number),
    Column("login", String),
    Column("access", LargeBinary, comment="encrypted"),
    Column("access_ends_at", Double),
    Column("refresh", LargeBinary, comment="encrypted"),
    Column("refresh_ends_at", Double),
    Index(None, "team_id", "user_id"),
)

device_links = Table(
    "device_links",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("user_id", String, primary_key=True),
    Column("device_code", LargeBinary, nullable=False, comment="encrypted"),
    Column("interval_s", Integer, nullable=False),
    Column("next_at", Double, nullable=False, comment="when GHES may be asked again"),
    Column("ends_at", Double, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Number, primary_key=True, autoincrement=True),
    Column("at", Double, nullable=False),
    Column("team_id", String, nullable=False),
    Column("channel_id", String, nullable=False),
    Column("user_id", String, nullable=False),
    Column("login", String, nullable=False),
    Column("action", String, nullable=False),
    Column("target", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Index(None, "at"),
)

acts = Table(
    "acts",
    metadata,
    Column("id", String, primary_key=True),
    Column("begun_at", Double, nullable=False),
    Column("result", Text, comment="null until it is over"),
    Index(None, "begun_at"),
)

sponsors = Table(
    "sponsors",
    metadata,
    Column("address_id", Number, primary_key=True, autoincrement=False),
    Column("scope", String, primary_key=True),
    Column("target_id", Number, primary_key=True, autoincrement=False),
    Column("user_id", String, primary_key=True),
    Column("checked_at", Double, nullable=False, comment="when GHES last said that this person may read it"),
    Index(None, "checked_at"),
    Index(None, "target_id", "scope"),
    Index(None, "user_id"),
)

allowances = Table(
    "allowances",
    metadata,
    Column("address_id", Number, primary_key=True, autoincrement=False),
    Column("target_id", Number, primary_key=True, autoincrement=False),
    Column("answer", String, nullable=False, comment="asked, yes or no: a private repository in a shared channel"),
    Column("by", String, nullable=False),
    Column("at", Double, nullable=False),
)

previews = Table(
    "previews",
    metadata,
    Column("seq", Number, primary_key=True, autoincrement=True),
    Column("team_id", String, nullable=False),
    Column("channel_id", String, nullable=False),
    Column("link", Text, nullable=False, comment="agent.previews.links.key"),
    Column("message_ts", String, nullable=False),
    Column("shown_at", Double, nullable=False),
    UniqueConstraint("team_id", "channel_id", "link"),
    Index(None, "shown_at"),
)

preview_prompts = Table(
    "preview_prompts",
    metadata,
    Column("id", String, primary_key=True),
    Column("team_id", String, nullable=False),
    Column("channel_id", String, nullable=False),
    Column("user_id", String, nullable=False),
    Column("message_ts", String, nullable=False),
    Column("thread_ts", String, nullable=False),
    Column("unfurl_id", Text, nullable=False),
    Column("source", String, nullable=False),
    Column("ext_shared", Boolean, nullable=False),
    Column("urls", Text, nullable=False, comment="JSON"),
    Column("size", String, nullable=False),
    Column("repository_id", Number, nullable=False, comment="0: to sign in"),
    Column("repository", Text, nullable=False),
    Column("asked_at", Double, nullable=False),
    Index(None, "team_id", "user_id"),
    Index(None, "asked_at"),
)

preview_choices = Table(
    "preview_choices",
    metadata,
    Column("seq", Number, primary_key=True, autoincrement=True),
    Column("team_id", String, nullable=False),
    Column("user_id", String, nullable=False),
    Column("choice", String, nullable=False, comment="always or muted"),
    Column("repository_id", Number, nullable=False, comment="0: all"),
    Column("channel_id", String, nullable=False, comment="empty: all"),
    Column("muted_until", Double, comment="null: for good"),
    UniqueConstraint("team_id", "user_id", "choice", "repository_id", "channel_id", name="uq_preview_choices_wish"),
)

homes = Table(
    "homes",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("user_id", String, primary_key=True),
    Column("greeted_at", Double),
    Column("shown_at", Double, comment="when Home was first shown"),
)
