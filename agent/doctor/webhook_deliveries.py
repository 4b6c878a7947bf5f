"""How webhooks fare, as GHES has noted it: the only view of the way from there to here."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus

from agent.examining.findings import Finding, failure, not_looked_at, quoted, warning, well
from agent.examining.network_team import for_webhooks
from agent.examining.surroundings import Surroundings
from agent.ghes.answers import Refused, Unreachable
from shared.event import number, text

GROUP = "GitHub Enterprise"
_LOOKED_AT = 20
_SUCCESS, _TROUBLE = range(200, 300), range(500, 600)
_REDIRECT = range(300, 400)

Line = Mapping[str, object]


async def check(given: Surroundings) -> list[Finding]:
    """The newest attempts, newest first."""
    if why := await given.ghes.no_app():
        return not_looked_at(why)
    log = await given.ghes.deliveries()
    if isinstance(log, Refused | Unreachable):
        return [failure("GHES doesn't show the log of its webhooks.", "Run the doctor again in a minute.")]
    newest = [each for each in log if isinstance(each, Mapping)][:_LOOKED_AT]
    if not newest:
        return [
            warning(
                "GHES has sent no webhook in the last seven days.",
                "Open an issue in a repository on which the App is installed, then run the doctor again.",
            )
        ]
    return [_verdict(newest, given)]


def _verdict(newest: Sequence[Line], given: Surroundings) -> Finding:
    failed = [each for each in newest if not _arrived(each)]
    if not failed:
        return well(f"The last {len(newest)} webhooks arrived." if len(newest) > 1 else "The last webhook arrived.")
    if _arrived(newest[0]):
        return well(
            f"The newest webhook arrived; of the last {len(newest)}, {len(failed)} didn't, and the agent catches up "
            "with those from GHES's log."
        )
    how_many = f"The last {len(newest)} webhooks" if len(failed) == len(newest) else "The newest webhooks"
    return _why(newest[0])(how_many, newest[0], given)


def _arrived(line: Line) -> bool:
    return (number(line, "status_code") or 0) in _SUCCESS


def _why(line: Line) -> Callable[[str, Line, Surroundings], Finding]:
    """Which trouble it is. The codes of refused connections and time-outs aren't documented, so words come first."""
    words, code = text(line, "status").lower(), number(line, "status_code") or 0
    for fragments, told in _BY_WORDS:
        if any(fragment in words for fragment in fragments):
            return told
    if code in _BY_CODE:
        return _BY_CODE[code]
    if code in _REDIRECT:
        return _redirected
    return _in_trouble if code in _TROUBLE else _not_there


def _not_trusted(how_many: str, line: Line, _given: Surroundings) -> Finding:
    return failure(
        f"{how_many} didn't arrive: GHES doesn't trust the agent's certificate ({quoted(text(line, 'status'))}).",
        "Let AGENT_TLS_CERT_FILE hold the full chain, and have the authority installed on GHES with "
        "`ghe-ssl-ca-certificate-install -c ca.crt`.",
        "Please have GHES trust the authority that has signed the agent's certificate: "
        "`ghe-ssl-ca-certificate-install -c ca.crt`, then apply the configuration.",
    )


def _not_there(how_many: str, line: Line, given: Surroundings) -> Finding:
    return failure(
        f"{how_many} didn't arrive: GHES can't reach {given.settings.agent_url} ({_shown(line)}).",
        "Check that the agent runs and that AGENT_URL resolves on GHES. If GHES has an outbound proxy of its own, "
        "exclude the agent's host from it in the management console, under Privacy.",
        for_webhooks(given.settings),
    )


def _wrong_secret(how_many: str, _line: Line, _given: Surroundings) -> Finding:
    return failure(
        f"{how_many} were refused by the agent (401): GHES signs them with another secret than GHES_WEBHOOK_SECRET.",
        "Enter the same secret on the App's page on GHES and in GHES_WEBHOOK_SECRET.",
    )


def _other_server(how_many: str, _line: Line, given: Surroundings) -> Finding:
    return failure(
        f"{how_many} were refused by the agent (403): the server calls itself by another name than "
        f"{given.settings.ghes_url}.",
        "Set GHES_URL to the host name that GHES has in its own settings.",
    )


def _nothing_there(how_many: str, _line: Line, given: Surroundings) -> Finding:
    return failure(
        f"{how_many} found nobody at {given.settings.agent_url}/webhooks/github (404).",
        "Check AGENT_URL, and that the proxy before the agent hands this path on.",
    )


def _redirected(how_many: str, line: Line, _given: Surroundings) -> Finding:
    return failure(
        f"{how_many} were sent on to another address ({_shown(line)}), which GHES doesn't follow.",
        "Set AGENT_URL, and the webhook URL on the App's page on GHES, to the final address.",
    )


def _not_stored(how_many: str, _line: Line, _given: Surroundings) -> Finding:
    return failure(
        f"{how_many} were turned away by the agent (503): it could not store them, or has no GHES_WEBHOOK_SECRET.",
        "See the findings about the store and the settings; the agent catches up from GHES's log.",
    )


def _in_trouble(how_many: str, line: Line, given: Surroundings) -> Finding:
    return failure(
        f"{how_many} were answered by something between ({_shown(line)}), as a proxy does that can't go on.",
        "Look at the proxy before the agent. If GHES has an outbound proxy of its own, exclude the agent's host from "
        "it in the management console, under Privacy.",
        for_webhooks(given.settings),
    )


def _shown(line: Line) -> str:
    code, words = number(line, "status_code") or 0, quoted(text(line, "status"))
    return words if not code or str(code) in words else f"{code} {words}".strip()


_BY_WORDS = (
    (("x509", "certificate", "tls", "ssl"), _not_trusted),
    (("timed out", "timeout", "connect", "resolve", "refused", "no route", "not supported"), _not_there),
)
_BY_CODE: Mapping[int, Callable[[str, Line, Surroundings], Finding]] = {
    HTTPStatus.UNAUTHORIZED: _wrong_secret,
    HTTPStatus.FORBIDDEN: _other_server,
    HTTPStatus.NOT_FOUND: _nothing_there,
    HTTPStatus.SERVICE_UNAVAILABLE: _not_stored,
}
