"""Webhooks as GHES sends them: the payloads of the cards' examples, filled out to their real size, and signed.

GitHub's payloads are big since they repeat all addresses of every person and repository in them. The examples leave
those out; here they are put back, and what is missing to the wanted size stands in `custom_properties`, a field that
GHES has too.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path
from typing import Any
from uuid import uuid4

EXAMPLES = Path(__file__).parents[1] / "golden" / "cards"
SIZES_BYTES = (8_000, 12_000, 18_000, 28_000)
SECRET = "a webhook secret of the bench"
NUMBER = 7_654_321
"""Stands for the number of the issue in a template; replaced in each webhook, so that each is about another one."""
_ROOT = "https://github.example.com"
_OF_PEOPLE = """
followers following{/other_user} gists{/gist_id} starred{/owner}{/repo} subscriptions orgs repos events{/privacy}
received_events
"""
_OF_REPOSITORIES = """
forks keys{/key_id} collaborators{/collaborator} teams hooks issue_events{/number} events assignees{/user}
branches{/branch} tags git_blobs{/sha} git_tags{/sha} git_refs{/sha} trees{/sha} statuses/{sha} languages stargazers
contributors subscribers subscription commits{/sha} git_commits{/sha} comments{/number} issue_comment{/number}
contents/{+path} compare/{base}...{head} merges archive_format{/ref} downloads issues{/number} pulls{/number}
milestones{/number} notifications{?since,all,participating} labels{/name} releases{/id} deployments
"""
_MARKDOWN = f"""\
### What happens in {NUMBER}

The **booster** doesn't ignite below 5 °C, see #7 and `acme/tower#3`. @monalisa measured it on the pad:

1. Fuel the booster as in [the manual](https://docs.example.com/fuelling#cold)
2. Press `launch`, wait for *ten* seconds
3. ~~Nothing~~ a short flame, then nothing

- [x] reproduced on the stand
- [ ] fixed

```sh
rocket launch --now --verbose 2>&1 | tee launch.log
```

> The valve opens too late. Probably the heater of the second stage is to blame, since the telemetry of the last three
> attempts shows the same dip of the pressure at the same moment, and the pump is fine.

Please have a look before Thursday, when the next window opens.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """An event whose subject's number is still to be filled in."""

    event: str
    body: bytes

    def numbered(self, number: int) -> "Template":
        return Template(event=self.event, body=self.body.replace(str(NUMBER).encode(), str(number).encode()))


def template(example: str, *, repository: int, size_bytes: int) -> Template:
    """The example of this file name (without `.json`), in repository number `repository`, internal, of this size."""
    payload = json.loads((EXAMPLES / f"{example}.json").read_text(encoding="utf-8"))
    _put_into(payload, repository)
    _number(payload)
    if "issue" in payload:
        payload["issue"]["body"] = _MARKDOWN
    filled: dict[str, Any] = _filled(payload)
    lacking = size_bytes - len(json.dumps(filled))
    if lacking > 0:
        line = "the value of a property that somebody set for the whole organisation"
        filled["repository"]["custom_properties"] = {
            f"property-{number}": line for number in range(lacking // (len(line) + 20))
        }
    return Template(event=example.partition(".")[0], body=json.dumps(filled).encode())


def templates(examples: tuple[str, ...], *, repositories: int) -> Iterator[Template]:
    """Endless, of all examples, repositories and sizes in turn, each about another subject."""
    made = [
        template(example, repository=repository, size_bytes=SIZES_BYTES[(repository + number) % len(SIZES_BYTES)])
        for repository in range(repositories)
        for number, example in enumerate(examples)
    ]
    return (each.numbered(number) for number, each in zip(count(1), cycle(made), strict=False))


def request(webhook: Template, *, host: str, delivery_id: str | None = None) -> bytes:
    """An HTTP request, signed, as it goes over the wire."""
    signature = hmac.new(SECRET.encode(), webhook.body, hashlib.sha256).hexdigest()
    head = (
        f"POST /webhooks/github HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"User-Agent: GitHub-Hookshot/bench\r\nX-GitHub-Event: {webhook.event}\r\n"
        f"X-GitHub-Delivery: {delivery_id or uuid4()}\r\nX-Hub-Signature-256: sha256={signature}\r\n"
        f"Content-Length: {len(webhook.body)}\r\n\r\n"
    )
    return head.encode() + webhook.body


def repository_id(number: int) -> int:
    return 1000 + number


def repository_name(number: int) -> str:
    return f"acme/rocket-{number}"


def _put_into(payload: dict[str, Any], repository: int) -> None:
    name = repository_name(repository)
    payload["repository"] |= {
        "id": repository_id(repository),
        "name": name.partition("/")[2],
        "full_name": name,
        "private": False,
        "visibility": "internal",
        "html_url": f"{_ROOT}/{name}",
        "updated_at": "2026-10-03T09:12:00Z",
    }


def _number(payload: dict[str, Any]) -> None:
    for subject in ("issue", "pull_request"):
        if subject in payload:
            payload[subject]["number"] = NUMBER
            payload[subject]["html_url"] = f"{payload['repository']['html_url']}/{subject}/{NUMBER}"
    if "workflow_run" in payload:
        payload["workflow_run"]["id"] = NUMBER


def _filled(value: Any) -> Any:
    if isinstance(value, list):
        return [_filled(each) for each in value]
    if not isinstance(value, dict):
        return value
    filled = {name: _filled(each) for name, each in value.items()}
    if "login" in filled:
        return filled | _urls(f"{_ROOT}/api/v3/users/{filled['login']}", _OF_PEOPLE)
    if "full_name" in filled:
        return filled | _urls(f"{_ROOT}/api/v3/repos/{filled['full_name']}", _OF_REPOSITORIES)
    return filled


def _urls(root: str, paths: str) -> dict[str, str]:
    return {f"{path.partition('{')[0].strip('/')}_url": f"{root}/{path}" for path in paths.split()}
