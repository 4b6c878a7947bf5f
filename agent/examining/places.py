"""Where a request goes, and the sentences for each way in which it may not arrive."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agent.examining.addresses import host_and_port
from agent.examining.findings import Finding, failure
from agent.examining.network_team import outbound
from agent.examining.reach import Unreached
from agent.net.outbound import Network

_EXPIRED = "has expired"
_OTHER_NAME = "mismatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An address outside or at GHES, and the settings that decide about the way there."""

    host: str
    port: int
    proxy: str
    """`host:port` of the proxy on the way, without credentials; empty where there is none."""
    ca_setting: str
    proxy_setting: str
    is_ghes: bool

    @classmethod
    def outside(cls, url: str, network: Network) -> "Place":
        """At Slack or the relay."""
        return cls._of(url, network, "OUTBOUND_CA_FILE", "HTTPS_PROXY", is_ghes=False)

    @classmethod
    def ghes(cls, url: str, network: Network) -> "Place":
        """At GHES."""
        return cls._of(url, network, "GHES_CA_FILE", "GHES_PROXY", is_ghes=True)

    @classmethod
    def _of(cls, url: str, network: Network, ca_setting: str, proxy_setting: str, *, is_ghes: bool) -> "Place":
        host, port = host_and_port(url)
        proxy = network.proxy.for_url(url)
        return cls(
            host=host,
            port=port,
            proxy="{}:{}".format(*host_and_port(proxy)) if proxy else "",
            ca_setting=ca_setting,
            proxy_setting=proxy_setting,
            is_ghes=is_ghes,
        )

    @property
    def asks(self) -> str:
        """The sentence to the network team that opens the way; empty for this machine itself."""
        return outbound(self.host, self.port, self.proxy)


def not_reached(place: Place, why: Unreached) -> Finding:
    """What to do about an address that can't be reached."""
    if why.reason in _SENTENCES:
        return _SENTENCES[why.reason](place, why)
    if why.by_proxy:
        status = why.reason.rpartition("_")[2]
        return failure(
            f"The proxy {place.proxy} answers {status} to a tunnel to {place.host}:{place.port}.",
            "Have it let us through, or take another way with NO_PROXY."
            if not place.is_ghes
            else f"Have it let us through, or unset {place.proxy_setting} to reach GHES directly.",
            place.asks,
        )
    return failure(
        f"{place.host} gave no answer ({why.reason.replace('_', ' ')}).",
        "Look at the firewall and the proxy between.",
        place.asks,
    )


def _proxy_credentials(place: Place, _why: Unreached) -> Finding:
    return failure(
        f"The proxy {place.proxy} refuses our user and password (407).",
        f"Correct them in {place.proxy_setting}; special characters are percent-encoded there (@ is %40). It was tried "
        "once only, since many proxies lock an account after a few attempts.",
        f"Please tell us the user that the agent is to use on {place.proxy}, and whether it is locked.",
    )


def _proxy_unreachable(place: Place, _why: Unreached) -> Finding:
    host, _, port = place.proxy.rpartition(":")
    return failure(
        f"The proxy {place.proxy} can't be reached.",
        f"Check the address in {place.proxy_setting}.",
        f"Please allow TCP from the agent's machine to the proxy {host}, port {port}.",
    )


def _no_name(place: Place, _why: Unreached) -> Finding:
    does = f"Check the address; where only a proxy knows names like this one, set {place.proxy_setting}."
    return failure(
        f"The name {place.host} can't be resolved on this machine.",
        does,
        f"Please have the agent's machine resolve {place.host} by DNS, or name the proxy that leads there.",
    )


def _refused(place: Place, _why: Unreached) -> Finding:
    return failure(
        f"{place.host} can't be reached on port {place.port}: the connection is refused or there is no route.",
        _way(place),
        place.asks,
    )


def _silent(place: Place, _why: Unreached) -> Finding:
    says = f"{place.host} gives no answer on port {place.port}, as behind a firewall that drops what it doesn't allow."
    return failure(says, _way(place), place.asks)


def _lost(place: Place, _why: Unreached) -> Finding:
    says = f"The connection to {place.host}:{place.port} is cut before an answer comes, as some firewalls do."
    return failure(says, _way(place), place.asks)


def _no_tls(place: Place, _why: Unreached) -> Finding:
    return failure(
        f"No TLS can be spoken with {place.host}:{place.port}.",
        "Check that the address is an https one, and whether something between cuts TLS off.",
        place.asks,
    )


def _untrusted(place: Place, why: Unreached) -> Finding:
    words = f" ({why.detail})" if why.detail else ""
    words += f"; it was issued by {why.issuer}" if why.issuer else ""
    says = f"The certificate that {place.host} shows isn't trusted{words}."
    if _EXPIRED in why.detail:
        renewed = "Have it renewed; until then nothing is sent there."
        return failure(says, renewed, f"Please renew the certificate of {place.host}: it has expired.")
    if _OTHER_NAME in why.detail:
        return failure(
            says,
            "It is another host's: check the address, and DNS.",
            f"Please check what answers as {place.host}: its certificate is for another name.",
        )
    if place.is_ghes:
        return failure(
            says,
            f"Put the authority that has signed it, in PEM form, into a file and name that in {place.ca_setting}.",
            f"Please give us the certificate of the authority that has signed the one of {place.host} (PEM).",
        )
    return failure(
        says,
        "Something between opens TLS and shows a certificate of its own: put its authority, in PEM form, into a file "
        f"and name that in {place.ca_setting}.",
        f"Please exempt {place.host} from TLS inspection for the agent, or give us the inspecting authority's "
        "certificate (PEM).",
    )


def _way(place: Place) -> str:
    if place.is_ghes:
        return "Check GHES_URL, and the firewall between; GHES is reached without HTTPS_PROXY."
    proxy = "the rules of the proxy" if place.proxy else "the firewall; where a proxy leads out, set HTTPS_PROXY"
    return f"Check {proxy}."


_SENTENCES: Mapping[str, Callable[[Place, Unreached], Finding]] = {
    "proxy_credentials": _proxy_credentials,
    "proxy_unreachable": _proxy_unreachable,
    "certificate_not_trusted": _untrusted,
    "tls_failed": _no_tls,
    "name_not_resolved": _no_name,
    "unreachable": _refused,
    "no_answer_in_time": _silent,
    "connection_lost": _lost,
}
