"""The Slack app: made and brought up to date from our manifest, with a configuration token that is used and not kept.

xoxe.xoxp-… (12 hours)  ──▶ apps.manifest.validate ──▶ apps.manifest.create | update
xoxe-…   (refresh token) ──▶ tooling.tokens.rotate ──▶ the same with the new one, which is forgotten
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from agent.manifests import Manifest
from agent.setup.trouble import Trouble, unreached
from agent.slack.form_calls import FormAnswer, FormCalls, Unanswered
from shared.event import items, mapping, text

log = structlog.get_logger()
FIELD = "configuration_token"
_TOKEN = (
    "Paste the access token (xoxe.xoxp-…) that the Slack app pages show under Your App Configuration Tokens, "  # noqa: S105
    "after Generate Token."
)
_ERRORS = {
    "invalid_auth": f"Slack doesn't know this token. {_TOKEN}",
    "not_authed": f"Slack doesn't know this token. {_TOKEN}",
    "token_expired": f"This token has expired; it holds 12 hours. {_TOKEN}",
    "token_revoked": f"This token was revoked. {_TOKEN}",
    "account_inactive": f"This token's owner is no longer active in Slack. {_TOKEN}",
    "invalid_refresh_token": f"This refresh token was used already or has expired. {_TOKEN}",
    "not_allowed_token_type": f"That is another kind of token. {_TOKEN}",
    "missing_scope": f"That is another kind of token. {_TOKEN}",
    "app_not_found": "Slack doesn't know this app any more: it was deleted, or belongs to another workspace.",
    "invalid_app_id": "Slack doesn't know this app any more: it was deleted, or belongs to another workspace.",
    "no_permission": "Whose token this is may not change this app: a collaborator of the app can.",
    "restricted_action": "The workspace's administrators don't let this person make apps: ask one of them.",
    "ratelimited": "Slack asks us to wait: try it again in a minute.",
}
_UNSURE = (
    "Slack gave no answer, and may have made the app: look at the Slack app pages. If it is there, enter its values "
    "under Use an existing app; if it isn't, try again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """A Slack app that was made."""

    app_id: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A value of the manifest that is another one at Slack. `place`: e.g. `settings.socket_mode_enabled`."""

    place: str
    now: str
    new: str


class SlackApps:
    """Slack's manifest API."""

    def __init__(self, calls: FormCalls) -> None:
        self._calls = calls

    async def access(self, token: str) -> str | Trouble:
        """The access token itself, or a new one for a refresh token, which is spent: ask once for several calls."""
        if token.startswith("xoxe.xoxp-"):
            return token
        if not token.startswith("xoxe-"):
            return Trouble(fields={FIELD: _TOKEN if token else f"The token is missing. {_TOKEN}"})
        rotated = await self._asked("tooling.tokens.rotate", "", refresh_token=token)
        return rotated if isinstance(rotated, Trouble) else text(rotated.fields, "token")

    async def generate(self, token: str, manifest: Manifest) -> Generated | Trouble:
        """Validate the manifest, then make an app of it."""
        access = await self.access(token)
        if isinstance(access, Trouble):
            return access
        valid = await self._asked("apps.manifest.validate", access, manifest=json.dumps(manifest))
        if isinstance(valid, Trouble):
            return valid
        made = await self._calls.call("apps.manifest.create", {"manifest": json.dumps(manifest)}, token=access)
        if isinstance(made, Unanswered):
            log.warning("slack didn't say whether it made the app", reason=made.reason)
            return Trouble(says=_UNSURE)
        if not made.ok:
            return _trouble(made)
        app_id, given = text(made.fields, "app_id"), mapping(made.fields, "credentials")
        if not app_id or not text(given, "client_id"):
            return Trouble(says=_UNSURE)
        log.info("a slack app was made", app_id=app_id)
        return Generated(app_id=app_id, client_id=text(given, "client_id"), client_secret=text(given, "client_secret"))

    async def difference(self, token: str, app_id: str, manifest: Manifest) -> Sequence[Change] | Trouble:
        """What an update would change, in the manifest's order; of what only Slack's has, nothing is said."""
        access = await self.access(token)
        if isinstance(access, Trouble):
            return access
        exported = await self._asked("apps.manifest.export", access, app_id=app_id)
        if isinstance(exported, Trouble):
            return exported
        return list(_changes(manifest, mapping(exported.fields, "manifest")))

    async def update(self, token: str, app_id: str, manifest: Manifest) -> bool | Trouble:
        """Bring the app up to date; whether its permissions changed, so that it must be installed again."""
        access = await self.access(token)
        if isinstance(access, Trouble):
            return access
        done = await self._asked("apps.manifest.update", access, app_id=app_id, manifest=json.dumps(manifest))
        return done if isinstance(done, Trouble) else done.fields.get("permissions_updated") is True

    async def _asked(self, method: str, token: str, **fields: str) -> FormAnswer | Trouble:
        answer = await self._calls.call(method, fields, token=token)
        if isinstance(answer, Unanswered):
            return Trouble(says=unreached("Slack", answer.reason))
        return answer if answer.ok else _trouble(answer)


def _trouble(answer: FormAnswer) -> Trouble:
    log.warning("slack refused a step of the set-up", error=answer.error)
    if answer.error in _ERRORS:
        return Trouble(fields={FIELD: _ERRORS[answer.error]})
    found = [f"{text(each, 'pointer') or '/'}: {text(each, 'message')}" for each in items(answer.fields, "errors")]
    says = f"Slack refuses it ({answer.error})."
    return Trouble(says=" ".join([says, *found]))


def _changes(ours: Mapping[str, Any], theirs: Mapping[str, Any], place: str = "") -> list[Change]:
    found: list[Change] = []
    for name, value in ours.items():
        at, other = f"{place}{name}", theirs.get(name)
        if name == "_metadata":
            continue
        if isinstance(value, Mapping):
            found += _changes(value, mapping(other), f"{at}.")
        elif _plain(value) != _plain(other):
            found.append(Change(place=at, now=_shown(other), new=_shown(value)))
    return found


def _plain(value: Any) -> Any:
    """Slack keeps lists of names in an order of its own."""
    named = isinstance(value, list) and all(isinstance(each, str) for each in value)
    return sorted(value) if named else value


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    named = isinstance(value, list) and all(isinstance(each, str) for each in value)
    return ", ".join(sorted(value)) if named else json.dumps(value, ensure_ascii=False)
