"""What a manifest may consist of: a table of shapes, with Slack's limits (slack.md §17, schema 2.0.0).

Nothing else is allowed anywhere. What Slack's next-generation apps have besides (functions, workflows, agents) isn't in
the table: no manifest of ours has it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A string of `least` to `most` characters, one of `among`, that `pattern` finds something in."""

    least: int = 0
    most: int = 3500
    pattern: str = ""
    among: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flag:
    """A boolean."""


@dataclass(frozen=True, slots=True)
class Whole:
    """An integer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """A list of `least` to `most`; `unique`: each only once."""

    of: "Shape"
    least: int = 0
    most: int
    unique: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An object with these fields and no others."""

    fields: Mapping[str, "Shape"]
    required: frozenset[str] = field(default_factory=frozenset)


Shape = Text | Flag | Whole | Many | Part

_URL = Text(pattern=r"^https?://")
_SCOPES = Many(of=Text(most=50), most=255)
_EVENTS = Many(of=Text(most=50), most=100, unique=True)
_SHORTCUT = Part(
    fields={
        "name": Text(least=1, most=24),
        "type": Text(among=("message", "global")),
        "callback_id": Text(least=1, most=255),
        "description": Text(least=1, most=150),
    },
    required=frozenset({"name", "type", "callback_id", "description"}),
)
_COMMAND = Part(
    fields={
        "command": Text(least=2, most=32, pattern="^/"),
        "url": Text(most=3000, pattern=r"^https?://"),
        "description": Text(least=1, most=2000),
        "usage_hint": Text(least=1, most=1000),
        "should_escape": Flag(),
    },
    required=frozenset({"command", "description"}),
)
_METADATA = Part(fields={"app_id": Text(), "event_type": Text(most=50)}, required=frozenset({"app_id", "event_type"}))

MANIFEST = Part(
    fields={
        "_metadata": Part(
            fields=dict.fromkeys(("schema_version", "min_version", "major_version", "minor_version"), Whole())
        ),
        "display_information": Part(
            fields={
                "name": Text(least=1, most=35),
                "description": Text(least=1, most=140),
                "background_color": Text(least=4, most=7, pattern="^#(?:[0-9a-fA-F]{3}){1,2}$"),
                "long_description": Text(least=175, most=4000),
            },
            required=frozenset({"name"}),
        ),
        "features": Part(
            fields={
                "app_home": Part(
                    fields={
                        "home_tab_enabled": Flag(),
                        "messages_tab_enabled": Flag(),
                        "messages_tab_read_only_enabled": Flag(),
                    }
                ),
                "bot_user": Part(
                    fields={"display_name": Text(least=1, most=80), "always_online": Flag()},
                    required=frozenset({"display_name"}),
                ),
                "shortcuts": Many(of=_SHORTCUT, least=1, most=10),
                "slash_commands": Many(of=_COMMAND, least=1, most=50),
                "unfurl_domains": Many(
                    of=Text(most=255, pattern=r"^(?![.\-])[-a-z0-9.]+[a-z0-9]$"), least=1, most=5, unique=True
                ),
            }
        ),
        "oauth_config": Part(
            fields={
                "redirect_urls": Many(of=Text(most=2500), most=1000, unique=True),
                "scopes": Part(fields=dict.fromkeys(("user", "bot", "user_optional", "bot_optional"), _SCOPES)),
                "token_management_enabled": Flag(),
                "pkce_enabled": Flag(),
            }
        ),
        "settings": Part(
            fields={
                "allowed_ip_address_ranges": Many(of=Text(least=7), least=1, most=50, unique=True),
                "event_subscriptions": Part(
                    fields={
                        "request_url": _URL,
                        "user_events": _EVENTS,
                        "bot_events": _EVENTS,
                        "metadata_subscriptions": Many(of=_METADATA, least=1, most=20, unique=True),
                    }
                ),
                "incoming_webhooks": Part(fields={"incoming_webhooks_enabled": Flag()}),
                "interactivity": Part(
                    fields={"is_enabled": Flag(), "request_url": _URL, "message_menu_options_url": _URL},
                    required=frozenset({"is_enabled"}),
                ),
                "org_deploy_enabled": Flag(),
                "socket_mode_enabled": Flag(),
                "is_hosted": Flag(),
                "token_rotation_enabled": Flag(),
            }
        ),
    },
    required=frozenset({"display_information"}),
)
