"""The profile of Standard Webhooks `v1a`: what is accepted, and everything that is not."""

import base64
import string
from collections.abc import Mapping

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from shared.signing import Claim, claimed, headers, is_fresh, is_signature, is_signed, signature

PRESENT, NEXT, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2, 3))
NOW = 1_763_800_000
BODY = b'{"kind":"dispatch"}'
GOOD = dict(headers(id_="msg_01", timestamp=NOW, body=BODY, keys=[PRESENT], agent_id="agent-1", key_id="k1"))
ENTRY = GOOD["webhook-signature"]
NAMES = st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=64)


def accepted(given: Mapping[str, str], body: bytes = BODY, *, key: Ed25519PrivateKey = PRESENT) -> bool:
    """Whether a request is taken at `NOW`, as the relay does it."""
    claim = claimed(given)
    return claim is not None and is_fresh(claim, NOW) and is_signed(claim, body, key.public_key())


def raw(entry: str) -> bytes:
    return base64.b64decode(entry.removeprefix("v1a,"))


def test_what_the_headers_claim_is_read_and_proved() -> None:
    claim = claimed(GOOD)

    assert claim == Claim(id="msg_01", timestamp=NOW, signatures=(raw(ENTRY),), agent_id="agent-1", key_id="k1")
    assert accepted(GOOD)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature", "relay-key"])
@pytest.mark.parametrize("fault", ["missing", "empty", "doubled", "over-long", "line end", "blank before", "null"])
def test_a_header_that_is_not_there_once_and_whole_is_refused(name: str, fault: str) -> None:
    value = GOOD[name]
    wrong = {
        "empty": "",
        "doubled": f"{value},{value}",
        "over-long": value + "1" * 2000,
        "line end": value + "\n",
        "blank before": f" {value}",
        "null": value + "\x00",
    }
    given = {key: each for key, each in GOOD.items() if key != name or fault != "missing"}

    assert not accepted(given | ({name: wrong[fault]} if fault in wrong else {}))


@pytest.mark.parametrize(
    "timestamp",
    [
        f"+{NOW}",
        f"-{NOW}",
        f"0{NOW}",
        f"{NOW}.0",
        f"{NOW}\n",
        f" {NOW}",
        f"{NOW} ",
        "1_763_800_000",
        "1e9",
        "0x69212c40",
        "",
        "now",
        "1" * 13,
        str(NOW).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
        str(NOW).translate(str.maketrans("0123456789", "０１２３４５６７８９")),
        "²" * 10,
    ],
)
def test_a_timestamp_that_is_not_plain_ascii_digits_is_refused(timestamp: str) -> None:
    assert claimed(GOOD | {"webhook-timestamp": timestamp}) is None


@pytest.mark.parametrize("id_", ["msg.01", "msg 01", "msg/01", "müsg", "a" * 65, "-\n", "msg:01"])
def test_an_id_that_could_be_read_in_two_ways_is_refused(id_: str) -> None:
    assert claimed(GOOD | {"webhook-id": id_}) is None


@pytest.mark.parametrize("key", ["agent-1", "agent-1/", "/k1", "agent-1/k1/k2", "agent-1/k 1", "a" * 65 + "/k1", "/"])
def test_a_key_hint_that_does_not_name_one_agent_and_one_key_is_refused(key: str) -> None:
    assert claimed(GOOD | {"relay-key": key}) is None


UNCANONICAL = ENTRY[:-3] + chr(ord(ENTRY[-3]) + 1) + "=="
"""The same 64 bytes to a lax reader: only bits that say nothing are set."""


@pytest.mark.parametrize(
    "header",
    {
        "only another version": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
        "a later version": ENTRY.replace("v1a", "v2a"),
        "no version": ENTRY.removeprefix("v1a,"),
        "a version of capitals": ENTRY.replace("v1a", "V1A"),
        "not base64": "v1a,????",
        "base64 for addresses": "v1a," + base64.urlsafe_b64encode(b"\xff" * 64).decode(),
        "no padding": ENTRY.rstrip("="),
        "too much padding": ENTRY + "=",
        "padding inside": "v1a,AA==" + ENTRY[4:],
        "bits that say nothing": UNCANONICAL,
        "63 bytes": "v1a," + base64.b64encode(raw(ENTRY)[:-1]).decode(),
        "65 bytes": "v1a," + base64.b64encode(raw(ENTRY) + b"\x00").decode(),
        "no bytes": "v1a,",
        "a line inside": ENTRY[:20] + "\n" + ENTRY[20:],
        "a blank inside": ENTRY[:20] + " " + ENTRY[20:],
        "two blanks between": f"{ENTRY}  {ENTRY}",
        "a tab between": f"{ENTRY}\t{ENTRY}",
        "a blank behind": ENTRY + " ",
        "joined by a comma, as a doubled header arrives": f"{ENTRY},{ENTRY}",
        "joined by a comma and a blank": f"{ENTRY}, {ENTRY}",
        "five": " ".join([ENTRY] * 5),
        "a broken one beside a good one": f"{ENTRY} v1a,AAAA",
        "other digits": "v１a," + ENTRY[4:],
    }.items(),
    ids=lambda case: case[0],
)
def test_a_malformed_signature_header_is_refused(header: tuple[str, str]) -> None:
    assert claimed(GOOD | {"webhook-signature": header[1]}) is None or not accepted(
        GOOD | {"webhook-signature": header[1]}
    )


def test_those_bits_that_say_nothing_are_what_a_lax_reader_takes() -> None:
    assert UNCANONICAL != ENTRY
    assert raw(UNCANONICAL) == raw(ENTRY)


@pytest.mark.parametrize("before", ["v1,abcd", "v2,abcd", "v1,abcd v3b,abcd v9,AAAA"])
def test_other_versions_are_skipped_wherever_they_stand(before: str) -> None:
    assert accepted(GOOD | {"webhook-signature": f"{before} {ENTRY}"})
    assert accepted(GOOD | {"webhook-signature": f"{ENTRY} {before}"})


def test_while_a_key_is_changed_a_request_signed_by_both_is_proved_by_either() -> None:
    given = headers(id_="m", timestamp=NOW, body=BODY, keys=[PRESENT, NEXT], agent_id="a", key_id="k1")

    assert [accepted(given, key=key) for key in (PRESENT, NEXT, STRANGER)] == [True, True, False]


def test_two_signatures_at_most_are_verified_of_a_request() -> None:
    good = signature(PRESENT, "msg_01", NOW, BODY)
    other = signature(STRANGER, "msg_01", NOW, BODY)

    assert accepted(GOOD | {"webhook-signature": f"{other} {good}"})
    assert not accepted(GOOD | {"webhook-signature": f"{other} {other} {good}"})


@pytest.mark.parametrize(
    ("age_s", "fresh"), [(0, True), (300, True), (-300, True), (301, False), (-301, False), (86400, False)]
)
def test_a_request_is_good_for_300_seconds_either_way(age_s: int, *, fresh: bool) -> None:
    claim = claimed(GOOD)

    assert claim is not None
    assert is_fresh(claim, NOW + age_s) is fresh
    assert is_fresh(claim, NOW + age_s + 0.9 * (age_s >= 0)) is fresh


@given(st.data(), st.binary(min_size=1, max_size=200))
def test_a_body_of_which_any_byte_is_another_is_refused(data: st.DataObject, body: bytes) -> None:
    given = headers(id_="m", timestamp=NOW, body=body, keys=[PRESENT], agent_id="a", key_id="k")
    at = data.draw(st.integers(0, len(body) - 1))
    changed = bytearray(body)
    changed[at] ^= data.draw(st.integers(1, 255))

    assert accepted(given, body)
    assert not accepted(given, bytes(changed))
    assert not accepted(given, body + b"\n")
    assert not accepted(given, body[:-1])


@given(st.data())
def test_headers_of_which_any_character_is_another_prove_nothing_else(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]))
    at = data.draw(st.integers(0, len(GOOD[name]) - 1))
    other = data.draw(st.characters(codec="latin-1").filter(lambda char: char != GOOD[name][at]))

    assert not accepted(GOOD | {name: GOOD[name][:at] + other + GOOD[name][at + 1 :]})


@given(st.dictionaries(st.sampled_from(sorted(GOOD)), st.text(max_size=40) | st.sampled_from(sorted(GOOD.values()))))
def test_no_header_whatever_raises(given: dict[str, str]) -> None:
    claim = claimed(given)

    assert claim is None or isinstance(claim.timestamp, int)


@given(NAMES, NAMES, NAMES, st.integers(0, 999_999_999_999), st.binary(max_size=300))
def test_what_is_signed_is_proved(id_: str, agent_id: str, key_id: str, timestamp: int, body: bytes) -> None:
    claim = claimed(headers(id_=id_, timestamp=timestamp, body=body, keys=[PRESENT], agent_id=agent_id, key_id=key_id))

    assert claim is not None
    assert (claim.id, claim.timestamp, claim.agent_id, claim.key_id) == (id_, timestamp, agent_id, key_id)
    assert is_signed(claim, body, PRESENT.public_key())
    assert not is_signed(claim, body, STRANGER.public_key())


@given(NAMES, st.integers(0, 999_999_999_999), st.binary(max_size=300))
def test_what_another_implementation_signs_is_proved_here_and_the_other_way_round(
    id_: str, timestamp: int, body: bytes
) -> None:
    other = SigningKey(PRESENT.private_bytes_raw())
    content = f"{id_}.{timestamp}.".encode() + body

    theirs = "v1a," + base64.b64encode(other.sign(content).signature).decode()
    ours = signature(PRESENT, id_, timestamp, body)

    assert is_signature(theirs, id_=id_, timestamp=timestamp, body=body, key=PRESENT.public_key())
    assert VerifyKey(PRESENT.public_key().public_bytes_raw()).verify(content, raw(ours)) == content
    with pytest.raises(BadSignatureError):
        other.verify_key.verify(content + b"\x00", raw(ours))


def test_the_framing_is_that_of_the_specification_byte_for_byte() -> None:
    """Made by hand: an RFC 8032 seed, an id and a timestamp of the specification's examples."""
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    content = b'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}'
    theirs = base64.b64encode(SigningKey(seed).sign(content).signature).decode()
    given = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": f"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1a,{theirs}",
        "relay-key": "agent/key",
    }

    claim = claimed(given)

    assert claim is not None
    assert is_signed(claim, b'{"test": 2432232314}', Ed25519PrivateKey.from_private_bytes(seed).public_key())


@pytest.mark.parametrize("entry", [f"{ENTRY} {ENTRY}", "", "v1,abcd", ENTRY + "\n", ENTRY.upper()])
def test_beside_a_statement_stands_one_signature_and_nothing_else(entry: str) -> None:
    key = PRESENT.public_key()

    assert is_signature(ENTRY, id_="msg_01", timestamp=NOW, body=BODY, key=key)
    assert not is_signature(entry, id_="msg_01", timestamp=NOW, body=BODY, key=key)
