"""What OAuth and the app pages hand out besides bot tokens: codes and app configuration tokens."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True, kw_only=True)
class ConfigurationToken:
    """An app configuration token of a person, for the apps of one workspace; it holds 12 hours.

    `refresh_token` is worth a new pair once, empty when it is spent.
    """

    token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    team_id: str
    user_id: str
    made_at: datetime
    ends_at: datetime
    revoked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """Somebody has agreed to an installation; whoever knows the app's client secret gets the token for it, once.

    `place_id`: of a workspace or an organisation. `redirect_uri`: where the browser was sent, empty if it wasn't said.
    """

    code: str = field(repr=False)
    app_id: str
    place_id: str
    user_id: str
    scopes: frozenset[str]
    redirect_uri: str
    made_at: datetime
