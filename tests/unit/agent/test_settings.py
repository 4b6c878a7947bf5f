from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from agent import settings

GHES = {"GHES_URL": "https://github.example.com"}


@pytest.fixture(scope="module")
def rsa_pem() -> str:
    key = generate_private_key(65537, 2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


@pytest.fixture(scope="module")
def ed25519_pem() -> str:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment without any setting, in an empty folder."""
    for variable, _meaning, _default in settings.reference():
        for name in (variable, variable.lower(), f"{variable}_FILE"):
            monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def complaint(variables: dict[str, str]) -> str:
    with pytest.raises(settings.SettingsError) as error:
        settings.of(GHES | variables)
    return str(error.value)


def test_the_address_of_the_server_is_enough_to_start() -> None:
    loaded = settings.of(GHES)

    assert loaded.ghes_url == "https://github.example.com"
    assert loaded.agent_url == "http://127.0.0.1:8080"
    assert loaded.listen == ("127.0.0.1", 8080)
    assert loaded.is_sqlite
    assert loaded.sqlite_path == Path("ghe-slack.db")
    assert (loaded.slack_connections, loaded.slack_channel_rate, loaded.slack_channel_burst) == (2, 1.0, 3)


def test_without_the_address_of_the_server_nothing_starts(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("GHES_URL", "")

    with pytest.raises(settings.SettingsError, match=r"^GHES_URL is not set"):
        settings.load()


def test_set_up_mode_names_what_is_missing() -> None:
    loaded = settings.of(GHES | {"GHES_APP_ID": "7", "SLACK_BOT_TOKEN": "xoxb-1"})

    assert settings.missing(loaded) == [
        "GHES_APP_SLUG",
        "GHES_PRIVATE_KEY",
        "GHES_WEBHOOK_SECRET",
        "SLACK_APP_TOKEN",
    ]


def test_without_a_bot_token_the_installation_flow_needs_its_client() -> None:
    loaded = settings.of(GHES | {"SLACK_CLIENT_ID": "1.2"})

    assert settings.missing(loaded)[-2:] == ["SLACK_APP_TOKEN", "SLACK_CLIENT_SECRET"]


def test_the_environment_wins_over_the_env_file(environment: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("GHES_URL=https://old.example.com\nSLACK_COMMAND=/git\nSOMETHING_ELSE=1\n")
    environment.setenv("GHES_URL", "https://new.example.com")

    loaded = settings.load()

    assert (loaded.ghes_url, loaded.slack_command) == ("https://new.example.com", "/git")


def test_a_secret_may_lie_in_a_file(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("xapp-1-A-2-b\n")
    environment.setenv("GHES_URL", "https://github.example.com")
    environment.setenv("SLACK_APP_TOKEN_FILE", str(tmp_path / "token"))

    loaded = settings.load()

    assert loaded.slack_app_token is not None
    assert loaded.slack_app_token.get_secret_value() == "xapp-1-A-2-b"


def test_a_secrets_file_in_the_environment_wins_over_its_value_in_the_env_file(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Path(".env").write_text("GHES_URL=https://github.example.com\nSLACK_APP_TOKEN=xapp-old\n")
    (tmp_path / "token").write_text("xapp-new")
    environment.setenv("SLACK_APP_TOKEN_FILE", str(tmp_path / "token"))

    loaded = settings.load()

    assert loaded.slack_app_token is not None
    assert loaded.slack_app_token.get_secret_value() == "xapp-new"


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    said = complaint({"SLACK_APP_TOKEN": "xapp-1", "SLACK_APP_TOKEN_FILE": str(tmp_path)})

    assert said == "SLACK_APP_TOKEN and SLACK_APP_TOKEN_FILE are both set; keep one of them."


def test_a_secrets_file_that_cannot_be_read_is_named_by_its_variable(tmp_path: Path) -> None:
    said = complaint({"SLACK_APP_TOKEN_FILE": str(tmp_path / "absent")})

    assert said == "SLACK_APP_TOKEN_FILE must name a text file that the agent can read."


def test_a_key_with_escaped_line_ends_is_understood(rsa_pem: str, ed25519_pem: str) -> None:
    loaded = settings.of(GHES | {"GHES_PRIVATE_KEY": rsa_pem.replace("\n", "\\n")})

    assert loaded.ghes_private_key is not None
    assert loaded.ghes_private_key.get_secret_value() == rsa_pem
    assert complaint({"GHES_PRIVATE_KEY": ed25519_pem}).startswith("GHES_PRIVATE_KEY must be the App's private key")


def test_the_webhook_secret_may_be_two_while_it_is_changed() -> None:
    loaded = settings.of(GHES | {"GHES_WEBHOOK_SECRET": "new, old"})

    assert [secret.get_secret_value() for secret in loaded.ghes_webhook_secret] == ["new", "old"]
    assert complaint({"GHES_WEBHOOK_SECRET": "a,b,c"}).startswith("GHES_WEBHOOK_SECRET must be one secret, or two")


@pytest.mark.parametrize("host", ["localhost:3000", "ghes.localhost", "127.0.0.1:9", "127.8.8.8", "[::1]:3000"])
def test_plain_http_stays_on_this_machine(host: str) -> None:
    assert settings.of({"GHES_URL": f"http://{host}/"}).ghes_url == f"http://{host}"


@pytest.mark.parametrize(
    "url",
    [
        "http://github.example.com",
        "http://10.0.0.1",
        "http://localhost.example.com",
        "github.example.com",
        "https://",
        "https://github.example.com/api/v3",
        "https://user:secret@github.example.com",
        "ftp://github.example.com",
        "https://github.example.com:port",
    ],
)
def test_another_address_of_the_server_is_refused(url: str) -> None:
    assert complaint({"GHES_URL": url}).startswith("GHES_URL must be")


@pytest.mark.parametrize(
    ("variable", "text", "said"),
    [
        ("GHES_APP_ID", "app", "GHES_APP_ID must be a number."),
        ("GHES_CA_FILE", "absent.pem", "GHES_CA_FILE must name a file that is there."),
        ("GHES_PROXY", "http://", "GHES_PROXY must look like"),
        ("SLACK_APP_TOKEN", "xoxb-1", "SLACK_APP_TOKEN must begin with xapp-."),
        ("SLACK_BOT_TOKEN", "xapp-1", "SLACK_BOT_TOKEN must begin with xoxb-."),
        ("SLACK_API_URL", "slack.com", "SLACK_API_URL must be a URL like"),
        ("SLACK_COMMAND", "ghe", "SLACK_COMMAND must be a slash and"),
        ("SLACK_CONNECTIONS", "1", "SLACK_CONNECTIONS must be 2 or more."),
        ("SLACK_CONNECTIONS", "11", "SLACK_CONNECTIONS must be 10 or less."),
        ("SLACK_CONNECTIONS", "two", "SLACK_CONNECTIONS must be a whole number."),
        ("SLACK_CHANNEL_RATE", "0", "SLACK_CHANNEL_RATE must be more than 0"),
        ("SLACK_CHANNEL_RATE", "nan", "SLACK_CHANNEL_RATE must be a number."),
        ("SLACK_CHANNEL_BURST", "0", "SLACK_CHANNEL_BURST must be 1 or more."),
        ("AGENT_LISTEN", "8080", "AGENT_LISTEN must be an address and a port"),
        ("AGENT_LISTEN", "127.0.0.1:http", "AGENT_LISTEN must be an address and a port"),
        ("AGENT_LISTEN", "127.0.0.1:65536", "AGENT_LISTEN must be an address and a port"),
        ("AGENT_TRUSTED_PROXIES", "proxy", "AGENT_TRUSTED_PROXIES must be addresses or ranges"),
        ("AGENT_DATABASE_URL", "mysql://db/x", "AGENT_DATABASE_URL must be sqlite:///<file> or"),
        ("AGENT_DATABASE_URL", "sqlite://", "AGENT_DATABASE_URL must be sqlite:///<file> or"),
        ("AGENT_SECRET_KEYS", "short", "AGENT_SECRET_KEYS must be keys as `ghe-slack secrets new` prints them"),
        ("AGENT_UNKNOWN", "retry", "AGENT_UNKNOWN must be 'resend' or 'park'."),
        ("AGENT_LOG_FORMAT", "xml", "AGENT_LOG_FORMAT must be 'json' or 'console'."),
        ("RELAY_DATA_CLASS", "all", "RELAY_DATA_CLASS must be 'full', 'title' or 'link'."),
        ("AGENT_COLOUR", "red", "AGENT_COLOUR is not a setting of the agent."),
    ],
)
def test_a_wrong_setting_is_one_sentence_that_names_it(variable: str, text: str, said: str) -> None:
    sentence = complaint({variable: text})

    assert sentence.startswith(said)
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_all_wrong_settings_are_told_at_once() -> None:
    sentences = complaint({"GHES_URL": "x", "SLACK_CONNECTIONS": "0", "AGENT_LISTEN": "x"}).splitlines()

    assert [sentence.split()[0] for sentence in sentences] == ["GHES_URL", "SLACK_CONNECTIONS", "AGENT_LISTEN"]


@given(st.sampled_from([name for name, _, _ in settings.reference()]), st.text(min_size=1))
def test_any_text_is_understood_or_refused_in_a_sentence(variable: str, text: str) -> None:
    try:
        settings.of(GHES | {variable: text})
    except settings.SettingsError as error:
        said = str(error)
    else:
        said = f"{variable}."

    assert variable in said or variable.startswith("RELAY_")
    assert said.endswith(".")


def test_secrets_are_shown_nowhere() -> None:
    loaded = settings.of(
        GHES
        | {
            "SLACK_APP_TOKEN": "xapp-s3cret",
            "GHES_PROXY": "http://me:s3cret@proxy:3128",
            "AGENT_DATABASE_URL": "postgresql://me:s3cret@db/ghe",
            "AGENT_SECRET_KEYS": Fernet.generate_key().decode(),
            "GHES_WEBHOOK_SECRET": "s3cret",
        }
    )

    assert "s3cret" not in repr(loaded)
    assert "s3cret" not in complaint({"GHES_PRIVATE_KEY": "s3cret", "AGENT_SECRET_KEYS": "s3cret"})


def test_postgresql_needs_keys_of_ones_own() -> None:
    key = Fernet.generate_key().decode()

    loaded = settings.of(GHES | {"AGENT_DATABASE_URL": "postgres://me:pw@db:5432/ghe", "AGENT_SECRET_KEYS": key})

    assert loaded.database_url == "postgresql://me:pw@db:5432/ghe"
    assert not loaded.is_sqlite
    assert complaint({"AGENT_DATABASE_URL": "postgresql://db/ghe"}).startswith("AGENT_SECRET_KEYS must be set")


def test_a_path_of_the_store_may_be_absolute() -> None:
    assert settings.of(GHES | {"AGENT_DATABASE_URL": "sqlite:////data/ghe.db"}).sqlite_path == Path("/data/ghe.db")


def test_certificate_and_key_come_together(tmp_path: Path) -> None:
    for name in ("chain.pem", "key.pem"):
        (tmp_path / name).touch()
    chain = {"AGENT_TLS_CERT_FILE": str(tmp_path / "chain.pem")}

    loaded = settings.of(GHES | chain | {"AGENT_TLS_KEY_FILE": str(tmp_path / "key.pem")})

    assert loaded.agent_url == "https://127.0.0.1:8080"
    assert complaint(chain) == "AGENT_TLS_CERT_FILE and AGENT_TLS_KEY_FILE must be set together."


def test_the_settings_of_the_relay_come_together(ed25519_pem: str) -> None:
    given_ = {"RELAY_URL": "https://relay.example.com/prod/", "RELAY_ID": "r", "RELAY_AGENT_ID": "a"}
    rest = {"RELAY_SIGNING_KEY": ed25519_pem, "RELAY_KEY_ID": "1"}

    loaded = settings.of(GHES | given_ | rest)

    assert loaded.relay_url == "https://relay.example.com/prod"
    assert complaint(given_).startswith("RELAY_SIGNING_KEY, RELAY_KEY_ID must be set too")


def test_lists_are_separated_by_commas() -> None:
    loaded = settings.of(GHES | {"AGENT_ADMINS": "alice, bob,", "AGENT_TRUSTED_PROXIES": "10.0.0.7, 10.1.2.3/16"})

    assert loaded.agent_admins == ("alice", "bob")
    assert loaded.agent_trusted_proxies == (ip_network("10.0.0.7/32"), ip_network("10.1.0.0/16"))


def test_the_reference_says_something_about_every_setting() -> None:
    rows = settings.reference()

    assert all(meaning and default for _variable, meaning, default in rows)
    assert ("GHES_URL", "required") in [(variable, default) for variable, _meaning, default in rows]
    assert ("SLACK_CONNECTIONS", "`2`") in [(variable, default) for variable, _meaning, default in rows]
