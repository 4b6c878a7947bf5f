"""The settings of the agent: environment, `.env`, and for a secret the file that `<NAME>_FILE` names.

The only place that reads the environment. Where a variable stands in both, the environment wins over `.env`. What the
text of each may be stands in `agent.settings_values`; what the table in the README says is derived here (`reference`).
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from agent import settings_values as values
from agent.settings_errors import SettingsError, sentences

__all__ = ["Settings", "SettingsError", "load", "missing", "of", "reference"]


def _setting(default: Any, meaning: str, *, shown: str = "", **bounds: Any) -> Any:
    """A field with its line of the reference; `shown` is its default in words, where the value doesn't say it."""
    extra: Any = {"shown": shown}
    given = {"default_factory": default} if callable(default) else {"default": default}
    return Field(**given, description=meaning, json_schema_extra=extra, **bounds)


def _secret(parse: Callable[[str], str]) -> AfterValidator:
    return AfterValidator(lambda secret: SecretStr(parse(secret.get_secret_value())))


def _own_url(data: Mapping[str, Any]) -> str:
    return f"{'https' if data.get('agent_tls_cert_file') else 'http'}://{data.get('agent_listen')}"


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(values.words)]
ExistingFile = Annotated[Path, BeforeValidator(values.existing_file)]
ProxyUrl = Annotated[SecretStr, _secret(values.proxy_url)]
PageUrl = Annotated[str, AfterValidator(values.page_url)]


class Settings(BaseModel):
    """Checked values, named like their variables in small letters; unset ones are None or empty."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    ghes_url: Annotated[str, AfterValidator(values.root_url)] = _setting(
        ..., "root of the server, e.g. `https://github.example.com`", shown="required"
    )
    ghes_app_id: Annotated[str, AfterValidator(values.digits)] | None = _setting(None, "id of the GitHub App")
    ghes_app_slug: str | None = _setting(None, "name of the GitHub App in URLs")
    ghes_private_key: Annotated[SecretStr, _secret(values.rsa_key)] | None = _setting(
        None, "private key of the GitHub App (PEM; line ends may be written as `\\n`)"
    )
    ghes_client_id: str | None = _setting(None, "client id of the GitHub App")
    ghes_client_secret: SecretStr | None = _setting(None, "client secret of the GitHub App")
    ghes_webhook_secret: Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(values.webhook_secrets)] = _setting(
        (), "webhook secret of the GitHub App; two, separated by a comma, while it is being changed"
    )
    ghes_ca_file: ExistingFile | None = _setting(None, "PEM bundle for the private CA of GHES", shown="the system's")
    ghes_proxy: ProxyUrl | None = _setting(None, "proxy on the way to GHES", shown="none: GHES is reached directly")

    slack_enabled: bool = _setting(
        True,  # noqa: FBT003 - a default
        "`false` switches the chat integration off; what happens on GHES meanwhile is kept",
        shown="`true`",
    )
    slack_app_token: Annotated[SecretStr, _secret(values.app_token)] | None = _setting(
        None, "app-level token `xapp-…` with `connections:write` and `authorizations:read`"
    )
    slack_app_id: Annotated[str, AfterValidator(values.app_id)] | None = _setting(None, "id of the Slack app, `A…`")
    slack_app_name: Annotated[str, AfterValidator(values.app_name)] = _setting(
        "GHE", "name of the Slack app where the console makes it; several GHES have one each"
    )
    slack_client_id: str | None = _setting(None, "client id of the Slack app, for installing from `/_slack/`")
    slack_client_secret: SecretStr | None = _setting(None, "client secret of the Slack app")
    slack_bot_token: Annotated[SecretStr, _secret(values.bot_token)] | None = _setting(
        None, "bot token of one workspace, without the installation flow"
    )
    slack_api_url: Annotated[str, AfterValidator(values.folder_url)] = _setting(
        "https://slack.com/api/", "Slack's Web API; GovSlack or a stand-in by setting it"
    )
    slack_authorize_url: PageUrl = _setting(
        "https://slack.com/oauth/v2/authorize", "where *Add to Slack* sends the browser"
    )
    slack_apps_url: PageUrl = _setting("https://api.slack.com/apps", "where the pages of Slack apps are")
    slack_allowed_workspaces: Words = _setting(
        (), "ids of the workspaces and organisations that may install the app", shown="all"
    )
    slack_command: Annotated[str, AfterValidator(values.slash_command)] = _setting("/ghe", "the slash command")
    slack_connections: int = _setting(2, "sockets held open to Slack, 2 to 10", ge=2, le=10)
    slack_channel_rate: float = _setting(1.0, "posts a second to one channel", shown="`1`", gt=0, allow_inf_nan=False)
    slack_channel_burst: int = _setting(3, "posts that may go to a channel at once after a pause", ge=1)

    https_proxy: ProxyUrl | None = _setting(None, "proxy on the way to Slack and the relay, never to GHES")
    no_proxy: str = _setting("", "hosts outside that are reached without `HTTPS_PROXY`", shown="none")
    outbound_ca_file: ExistingFile | None = _setting(
        None, "PEM bundle for what lies outside, where a proxy opens TLS", shown="the system's"
    )

    agent_listen: Annotated[str, AfterValidator(values.listen_address)] = _setting(
        "127.0.0.1:8080", "address and port of the agent; in the container `0.0.0.0:8080`"
    )
    agent_tls_cert_file: ExistingFile | None = _setting(
        None, "full certificate chain, read again when it changes", shown="plain HTTP"
    )
    agent_tls_key_file: ExistingFile | None = _setting(
        None, "key of that certificate, read again when it changes", shown="plain HTTP"
    )
    agent_url: PageUrl = _setting(
        _own_url, "how browsers and GHES reach the agent inside the network", shown="`http(s)://<listen>`"
    )
    agent_trusted_proxies: Annotated[tuple[values.Network, ...], NoDecode, BeforeValidator(values.networks)] = _setting(
        (), "addresses and ranges whose `X-Forwarded-*` headers are believed"
    )
    agent_database_url: Annotated[SecretStr, _secret(values.database_url)] = _setting(
        SecretStr("sqlite:///ghe-slack.db"), "`sqlite:///<file>` or `postgresql://…`", shown="`sqlite:///ghe-slack.db`"
    )
    agent_secret_keys: Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(values.fernet_keys)] = _setting(
        (),
        "keys from `ghe-slack secrets new`, newest first; required with PostgreSQL",
        shown="with SQLite made on first start, beside the file",
    )
    agent_admin_password: SecretStr | None = _setting(
        None,
        "the console's password, for set-up and emergencies",
        shown="with SQLite made on first start, in `admin-password` beside the file",
    )
    agent_admins: Words = _setting((), "GHES logins of the administrators")
    agent_unknown: Literal["resend", "park"] = _setting(
        "resend", "`resend` or `park` when nobody can tell whether a post arrived"
    )
    agent_retention_days: int = _setting(30, "days that payloads are kept", ge=1)
    agent_log_level: Literal["debug", "info", "warning", "error"] = _setting(
        "info", "`debug`, `info`, `warning` or `error`"
    )
    agent_log_format: Literal["json", "console"] = _setting("json", "`json` or `console`")

    relay_url: Annotated[str, AfterValidator(values.service_url)] | None = _setting(
        None, "the relay; its five settings are given together", shown="none: Slack is posted to directly"
    )
    relay_id: str | None = _setting(None, "id of the relay, the audience of what is signed")
    relay_agent_id: str | None = _setting(None, "id that the relay knows this agent by")
    relay_signing_key: Annotated[SecretStr, _secret(values.ed25519_key)] | None = _setting(
        None, "private key that signs for the relay (PEM, Ed25519; line ends may be written as `\\n`)"
    )
    relay_key_id: str | None = _setting(None, "id of that key at the relay")
    relay_data_class: Literal["full", "title", "link"] = _setting(
        "title", "data class of a relayed workspace that has none of its own (a direct one: `full`)"
    )

    @property
    def listen(self) -> tuple[str, int]:
        """Host and port to bind."""
        return values.host_and_port(self.agent_listen)

    @property
    def database_url(self) -> str:
        """`sqlite:///<path>` or `postgresql://…` without a driver; it may hold a password."""
        return self.agent_database_url.get_secret_value()

    @property
    def is_sqlite(self) -> bool:
        """Whether the store is a file of our own."""
        return self.database_url.startswith("sqlite:")

    @property
    def sqlite_path(self) -> Path:
        """The store's file; only with SQLite."""
        return Path(self.database_url.removeprefix("sqlite:///"))


_SECRETS = tuple(name for name, field in Settings.model_fields.items() if "SecretStr" in repr(field.annotation))
_APP = ("ghes_app_id", "ghes_app_slug", "ghes_private_key", "ghes_webhook_secret")
_RELAY = ("relay_url", "relay_id", "relay_agent_id", "relay_signing_key", "relay_key_id")


class _Environment(BaseSettings, Settings):
    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", validate_default=False
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - nothing is set in code
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - <NAME>_FILE says where a secret lies
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        given = [source for source in (env_settings, dotenv_settings) if isinstance(source, EnvSettingsSource)]
        return tuple(each for source in given for each in (source, _SecretFiles(settings_cls, source.env_vars)))


class _SecretFiles(PydanticBaseSettingsSource):
    def __init__(self, settings_cls: type[BaseSettings], variables: Mapping[str, str | None]) -> None:
        super().__init__(settings_cls)
        self._variables = variables

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 - the base's
        return self().get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        return _from_files(self._variables)


def load() -> Settings:
    """The settings of this process.

    Raises `SettingsError`.
    """
    return _checked(_Environment)


def of(variables: Mapping[str, str]) -> Settings:
    """The settings that these variables make, whatever the environment says.

    Raises `SettingsError`, also for a name that is no setting.
    """
    given = {name.lower(): text for name, text in variables.items() if text}
    secrets = _from_files(given)
    plain = {name: text for name, text in given.items() if name.removesuffix("_file") not in secrets}
    return _checked(lambda: Settings.model_validate(plain | secrets))


def missing(settings: Settings) -> list[str]:
    """The variables without which the agent only shows its pages (set-up mode)."""
    installing = () if settings.slack_bot_token else ("slack_client_id", "slack_client_secret")
    wanted = (*_APP, "slack_app_token", *installing)
    return [name.upper() for name in wanted if not getattr(settings, name)]


def reference() -> list[tuple[str, str, str]]:
    """Variable, meaning and default of every setting, as the README's table shows them."""
    return [(name.upper(), field.description or "", _default(field)) for name, field in Settings.model_fields.items()]


def _default(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    if isinstance(extra, dict) and extra["shown"]:
        return str(extra["shown"])
    return "none" if field.default in (None, ()) else f"`{field.default}`"


def _from_files(variables: Mapping[str, str | None]) -> dict[str, str]:
    found = {}
    for name in _SECRETS:
        path = variables.get(f"{name}_file")
        if not path:
            continue
        if variables.get(name):
            raise SettingsError(f"{name.upper()} and {name.upper()}_FILE are both set; keep one of them.")
        try:
            found[name] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise SettingsError(f"{name.upper()}_FILE must name a text file that the agent can read.") from None
    return found


def _checked(make: Callable[[], Settings]) -> Settings:
    try:
        settings = make()
    except ValidationError as error:
        raise SettingsError(sentences(error.errors())) from None
    if wrong := list(_contradictions(settings)):
        raise SettingsError("\n".join(wrong))
    return settings


def _contradictions(settings: Settings) -> Iterator[str]:
    if (settings.agent_tls_cert_file is None) != (settings.agent_tls_key_file is None):
        yield "AGENT_TLS_CERT_FILE and AGENT_TLS_KEY_FILE must be set together."
    if not settings.is_sqlite and not settings.agent_secret_keys:
        yield "AGENT_SECRET_KEYS must be set with PostgreSQL; `ghe-slack secrets new` prints a key."
    lacking = [name.upper() for name in _RELAY if getattr(settings, name) is None]
    if lacking and len(lacking) < len(_RELAY):
        yield f"{', '.join(lacking)} must be set too, since the settings of the relay are given together."
