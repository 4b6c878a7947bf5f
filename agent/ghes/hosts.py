"""The addresses of one GitHub Enterprise Server, all derived from `GHES_URL`."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts:
    """Where a server's web pages, REST and GraphQL live; the same with subdomain isolation."""

    web: str
    """Root of the server without a slash at its end, e.g. `https://github.example.com`."""

    @classmethod
    def of(cls, ghes_url: str) -> "Hosts":
        """The hosts of the server whose root is `ghes_url`."""
        return cls(web=ghes_url.strip().rstrip("/"))

    @property
    def rest(self) -> str:
        """Base of the REST API."""
        return f"{self.web}/api/v3"

    @property
    def graphql(self) -> str:
        """The GraphQL endpoint: not below the REST base."""
        return f"{self.web}/api/graphql"

    def install_page(self, slug: str) -> str:
        """Where a person installs the App. GHES says `/github-apps/` where github.com says `/apps/`."""
        return f"{self.web}/github-apps/{quote(slug, safe='')}/installations/new"

    def same_host(self, url: str) -> bool:
        """Whether a token may be sent to `url`: scheme, host and port are this server's."""
        return _origin(url) == _origin(self.web)

    def is_named(self, host: str) -> bool:
        """Whether `X-GitHub-Enterprise-Host` names this server; its port and case don't count."""
        return _origin(f"//{host.strip()}")[1] == _origin(self.web)[1]


def _origin(url: str) -> tuple[str, str, int]:
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)
    except ValueError:  # a port that isn't a number, a bracket left open: nobody's address
        return "", "", 0
