"""What the sandbox must be forgiven: things that the real GHES and Slack refuse and that one machine cannot do without.

Each stand-in takes a `Concessions`; `--strict` passes `STRICT`, and then the stand-ins are as hard as the real thing.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Concessions:
    """One field for each concession; True forgives.

    - `loopback_hook_url`: GHES refuses a webhook URL on a loopback address; in the sandbox the agent listens on one.
    - `loopback_http_redirects`: redirect URLs must be https; in the sandbox the browser is sent back to plain http on
      loopback, since no certificate of ours would be trusted there.
    - `localhost_unfurl_domain`: Slack wants a top-level domain that exists; the sandbox's server is `ghes.localhost`.
    """

    loopback_hook_url: bool
    loopback_http_redirects: bool
    localhost_unfurl_domain: bool


SANDBOX = Concessions(loopback_hook_url=True, loopback_http_redirects=True, localhost_unfurl_domain=True)
STRICT = Concessions(loopback_hook_url=False, loopback_http_redirects=False, localhost_unfurl_domain=False)
