"""docs/relay-protocol.md: its example is taken, and its words are those of the code."""

import ast
import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from nacl.signing import SigningKey

from relay_lambda import carrying, confirming, front, replies, routes
from relay_lambda.carrying.verifying import Arrived, Carried, verified
from shared.card import Label
from shared.card_json import card_to_json
from shared.dispatch import card_of
from shared.post import Role
from shared.relay_requests import PATHS
from shared.relay_table import key_columns, key_row

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs" / "relay-protocol.md").read_text(encoding="utf-8")
BLOCKS: dict[str, str] = dict(re.findall(r"```\w+ ([\w-]+)\n(.*?)\n```", PAGE, re.DOTALL))
SIGNED_AT = 1_780_272_000
WORD = re.compile(r"`(\w+)`")


@pytest.fixture
def relay(rig: Any) -> Any:
    """`acme-relay` in the example's second, with the key of the page and its workspace."""
    rig.clock.wait(SIGNED_AT - rig.clock.now().timestamp())
    agent = rig.agent("acme", "k1")
    public = base64.b64decode(BLOCKS["public-key"])
    rig.table.put(key_row("acme", "k1"), key_columns(replace(agent.key, public=public)))
    rig.registered(agent, "T012AB3CD")
    rig.parts = replace(rig.parts, relay_id="acme-relay")
    return rig


def event() -> dict[str, Any]:
    head, _, body = BLOCKS["request"].partition("\n\n")
    first, *lines = head.splitlines()
    method, path = first.split(" ")
    return {
        "rawPath": path,
        "requestContext": {"http": {"method": method}},
        "headers": dict(line.split(": ", 1) for line in lines),
        "body": body,
        "isBase64Encoded": False,
    }


def test_the_example_is_taken_with_the_answer_that_the_page_shows(relay: Any) -> None:
    answer = relay.ask(event())

    status, _, body = BLOCKS["answer"].partition("\n\n")
    assert (answer.status, answer.body) == (int(status), json.loads(body))


def test_the_example_is_proved_behind_the_queue_as_well(relay: Any) -> None:
    relay.ask(event())

    (message,) = relay._received()
    attributes = message["Attributes"]
    arrived = Arrived(
        message_id=message["MessageId"],
        receipt_handle=message["ReceiptHandle"],
        body=message["Body"],
        group=attributes["MessageGroupId"],
        deduplication_id=attributes["MessageDeduplicationId"],
        receives=1,
        sent_at=SIGNED_AT,
    )
    found = verified(arrived, relay.parts.keys, "acme-relay", SIGNED_AT)
    assert isinstance(found, Carried)
    assert (found.name, found.card) == (BLOCKS["name"], card_of(BLOCKS["card"]))
    assert arrived.group == "acme#T012AB3CD#C012AB3CD"
    assert arrived.deduplication_id == f"{BLOCKS['name']}.{SIGNED_AT}"


def test_the_example_with_a_byte_more_is_refused(relay: Any) -> None:
    sent = event()

    answer = relay.ask(sent | {"body": sent["body"] + " "})

    assert (answer.status, answer.body) == (401, None)


def test_the_parts_of_the_example_follow_from_its_private_key_by_what_the_page_says() -> None:
    key, request = SigningKey(bytes.fromhex(BLOCKS["private-key"])), event()
    said, statement = json.loads(request["body"]), json.loads(BLOCKS["statement"])

    def signed(name: str, content: str) -> str:
        return "v1a," + base64.b64encode(key.sign(f"{name}.{SIGNED_AT}.{content}".encode()).signature).decode()

    assert base64.b64encode(bytes(key.verify_key)).decode() == BLOCKS["public-key"]
    assert "sha256_" + hashlib.sha256(statement["id"].encode()).hexdigest()[:57] == BLOCKS["name"]
    assert signed(BLOCKS["name"], BLOCKS["statement"]) == BLOCKS["signature"]
    assert signed("msg_01", request["body"]) == request["headers"]["webhook-signature"]
    assert said["statements"] == [
        {"text": BLOCKS["statement"], "timestamp": SIGNED_AT, "signature": BLOCKS["signature"]}
    ]
    assert said["cards"] == {hashlib.sha256(BLOCKS["card"].encode()).hexdigest(): BLOCKS["card"]}
    assert list(said["cards"]) == [statement["card"]]
    assert card_to_json(card_of(BLOCKS["card"])) == json.loads(BLOCKS["card"])


def test_every_word_of_a_refusal_stands_in_the_table_with_its_status() -> None:
    rows = re.findall(r"^\| (\d{3}) \| `(\w+)` \| \S", PAGE, re.MULTILINE)

    assert sorted((int(status), word) for status, word in rows) == sorted(set(_refusals()))


def test_the_reasons_of_a_token_that_is_not_confirmed_are_named() -> None:
    (line,) = re.findall(r"^`reason` is .*$", PAGE, re.MULTILINE)

    assert {*WORD.findall(line)} - {"reason"} == {*_texts(_called(_tree(confirming), "Denied"))}


def test_what_is_proved_behind_the_queue_is_listed_with_its_reasons() -> None:
    (told,) = re.findall(r"nobody gets a receipt: (.*?)\.\n", PAGE, re.DOTALL)
    tree = _tree(carrying, "verifying.py")
    checks = [each for each in ast.walk(tree) if isinstance(each, ast.Dict)]

    named = {*_texts(_called(tree, "Forged")), *_texts(key for each in checks for key in each.keys if key)}
    assert {*WORD.findall(told)} == named


def test_every_kind_role_and_label_is_explained() -> None:
    words = {*re.findall(r"`([a-z.]+)`", PAGE)}

    assert {*PATHS, *Role, *Label} - words == set()
    assert set(PATHS.values()) - {*re.findall(r"^\| `(/v1/\S+)` \|", PAGE, re.MULTILINE)} == set()


def _refusals() -> Iterator[tuple[int, str]]:
    """The status and word of every `refused(…)`, and of what `routes.dispatches` expects."""
    paths = [Path(str(each.__file__)) for each in (front, replies)]
    for path in (*paths, *sorted(Path(str(routes.__file__)).parent.glob("*.py"))):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in _called(tree, "refused"):
            status, word = call.args
            if isinstance(status, ast.Constant) and isinstance(word, ast.Constant):
                yield int(str(status.value)), str(word.value)
        for call in _called(tree, "_expect"):
            yield from ((400, word) for word in _texts(call.args[:1]))


def _called(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for each in ast.walk(tree):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == name:
            yield each


def _texts(trees: Any) -> Iterator[str]:
    """The words in these."""
    for each in (inner for tree in trees for inner in ast.walk(tree)):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


def _tree(module: Any, name: str = "") -> ast.AST:
    path = Path(str(module.__file__))
    return ast.parse((path.with_name(name) if name else path).read_text(encoding="utf-8"))
