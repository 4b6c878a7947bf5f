"""The tables. Instants are seconds since 1970 (UTC) as floating point; JSON is text; what is secret is encrypted."""

from sqlalchemy import (
    Boolean,
    Column,
    Computed,
    Double,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    true,
)

from agent.store.schema import Key, Number, metadata

events = Table(
    "events",
    metadata,
    Column("seq", Number, primary_key=True, autoincrement=True),
    Column("delivery_id", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("action", String),
    Column("repository_id", Number),
    Column("repository", String),
    Column("actor", String, nullable=False),
    Column("source", String, nullable=False, comment="webhook, catch-up or replay"),
    Column("fate", Text, nullable=False, comment="what became of it, in words"),
    Column("received_at", Double, nullable=False),
    Column("payload", LargeBinary, comment="zlib; dropped after AGENT_RETENTION_DAYS"),
    Index(None, "received_at"),
)

repositories = Table(
    "repositories",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("owner_id", Number, nullable=False),
    Column("owner", String, nullable=False),
    Column("name", String, nullable=False),
    Column("visibility", String, nullable=False),
    Column("url", Text, nullable=False),
    Column("default_branch", Text, nullable=False),
    Column("updated_at", Double, nullable=False, comment="GHES's own; 0 when no payload has told it"),
)

subjects = Table(
    "subjects",
    metadata,
    Column("key", String, primary_key=True),
    Column("repository_id", Number, nullable=False),
    Column("head_sha", String),
    Column("fields", Text, nullable=False),
    Column("updated_at", Double),
    Column("complete", Boolean, nullable=False),
    Column("seen_at", Double, nullable=False),
    Index(None, "repository_id", "head_sha"),
)

checks = Table(
    "checks",
    metadata,
    Column("repository_id", Number, primary_key=True, autoincrement=False),
    Column("sha", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("url", Text, nullable=False),
    Column("seen_at", Double, nullable=False),
)

workspaces = Table(
    "workspaces",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("installation_id", String, nullable=False, comment="the row of installations; gone once it is uninstalled"),
    Column("name", Text, nullable=False),
    Column("domain", String, nullable=False),
    Column("bot_user_id", String, nullable=False),
    Column("data_class", String, nullable=False),
    Column("transport", String, nullable=False),
    Column("next_transport", String, comment="where it goes over to when it is drained"),
    Column("next_transport_at", Double, comment="since when"),
    Column(
        "data_class_chosen", Boolean, nullable=False, server_default=false(), comment="else it follows the transport"
    ),
    Column("parked_reason", String),
    Column("parked_at", Double),
    Column("installed_at", Double, nullable=False),
    Index(None, "installation_id"),
)

addresses = Table(
    "addresses",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("team_id", String, nullable=False),
    Column("channel_id", String, nullable=False),
    Column("threading", Boolean, nullable=False, server_default=true()),
    Column("next_at", Double, comment="when something is due; null when nothing waits"),
    Column("tat", Double, nullable=False, server_default="0", comment="pacing, shared/pacing.py"),
    Column("lease_owner", String),
    Column("lease_until", Double, nullable=False, server_default="0"),
    Column("parked_reason", String),
    Column("parked_at", Double),
    Column("previews", Boolean, nullable=False, server_default=true()),
    Column("last_repository", Text, comment="owner/repo that was last acted on here"),
    UniqueConstraint("team_id", "channel_id"),
    Index(None, "next_at"),
    Index(None, "channel_id"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("address_id", Number, nullable=False),
    Column("scope", String, nullable=False),
    Column("target_id", Number, nullable=False),
    Column("target", Text, nullable=False),
    Column("wants", Text, nullable=False),
    Column("created_by", String, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("paused_at", Double, comment="since when nobody of the channel may read it"),
    Column("name_key", Key, Computed("lower(target)"), comment="what lists are ordered and filtered by"),
    UniqueConstraint("address_id", "scope", "target_id"),
    Index(None, "scope", "target_id"),
    Index(None, "name_key"),
)

undos = Table(
    "undos",
    metadata,
    Column("id", String, primary_key=True),
    Column("address_id", Number, nullable=False),
    Column("changes", Text, nullable=False, comment="agent.subscriptions.changes.pack"),
    Column("created_at", Double, nullable=False),
    Column("undone_at", Double),
)

notifications = Table(
    "notifications",
    metadata,
    Column("seq", Number, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("delivery_id", String, nullable=False),
    Column("event_key", String, nullable=False),
    Column("address_id", Number, nullable=False),
    Column("subject_key", String),
    Column("role", String, nullable=False),
    Column("state", String, nullable=False),
    Column("head_id", String, comment="of a post's set: the first notification's id; set once"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("looks", Integer, nullable=False, server_default="0"),
    Column("due_at", Double, nullable=False),
    Column("posted_at", Double, comment="of the last attempt"),
    Column("reason", Text),
    Column("ts", String),
    Column("created_at", Double, nullable=False),
    Column("settled_at", Double),
    UniqueConstraint("delivery_id", "address_id", "role"),
    Index(None, "address_id", "state", "seq"),
    Index(None, "state", "settled_at"),
)

threads = Table(
    "threads",
    metadata,
    Column("address_id", Number, primary_key=True, autoincrement=False),
    Column("subject_key", String, primary_key=True),
    Column("ts", String, comment="null until the parent is posted"),
    Column("event_key", String, nullable=False, comment="of the event that the parent's headline names"),
    Column("actor", String, nullable=False),
    Column("rewrite_at", Double, comment="when the parent is to be drawn anew"),
    Column(
        "rewrite_rank",
        Integer,
        nullable=False,
        server_default="0",
        comment="0 state, 1 counters only, from 2 on how often it was sent",
    ),
    Column("rewrites", Integer, nullable=False, server_default="0"),
    Column("made_at", Double, nullable=False),
    Index(None, "subject_key"),
    Index(None, "address_id", "rewrite_at"),
)

buckets = Table(
    "buckets",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("method", String, primary_key=True),
    Column("tat", Double, nullable=False, server_default="0"),
    Column("blocked_until", Double, nullable=False, server_default="0"),
)

envelopes = Table(
    "envelopes",
    metadata,
    Column("seq", Number, primary_key=True, autoincrement=True),
    Column("key", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("payload", Text, nullable=False),
    Column("received_at", Double, nullable=False),
    Column("lease_owner", String),
    Column("lease_until", Double, nullable=False, server_default="0"),
    Column("answered_at", Double),
    Index(None, "answered_at", "seq"),
)

calls = Table(
    "calls",
    metadata,
    Column("id", String, primary_key=True),
    Column("team_id", String, nullable=False),
    Column("channel_id", String, nullable=False),
    Column("waiting_for", String, nullable=False, comment="agent.slash.later.Step"),
    Column("call", Text, nullable=False, comment="agent.slash.asked.to_json"),
    Column("wish", String, nullable=False, server_default="", comment="equal for the same wish of the same person"),
    Column("expires_at", Double, nullable=False),
    Index(None, "team_id", "channel_id"),
    Index(None, "waiting_for"),
)

gaps = Table(
    "gaps",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("from_at", Double, nullable=False),
    Column("to_at", Double, nullable=False),
    Column("found_at", Double, nullable=False),
)

replicas = Table(
    "replicas",
    metadata,
    Column("owner", String, primary_key=True),
    Column("sockets", Integer, nullable=False),
    Column("seen_at", Double, nullable=False),
)

marks = Table(
    "marks",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)
