"""What signatures cost both sides of the relay, beside a bare Ed25519 over as many bytes."""

import time
from collections.abc import Callable, Mapping, Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from infra.sandbox.relay.caller import Caller
from infra.sandbox.relay.stepped_clock import SteppedClock
from shared.dispatch import Statement, name_of, request_text
from shared.relay_requests import DISPATCH
from shared.signing import claimed, headers, is_signature, is_signed
from tests.bench.figures import Figure, Peer, percentile
from tests.bench.relay.house import AGENT, CARD, KEY, RELAY

ROW = "relay: signatures"
BODY = b"x" * 1500
TEN = 10
ROUNDS = 500
PEER = "bare Ed25519"


async def measured(*, quick: bool) -> list[Figure]:
    rounds = ROUNDS // 5 if quick else ROUNDS
    agent = Caller(AGENT, KEY, RELAY, SteppedClock())
    body = _body_of(agent)
    return [
        *_figures("a request of 1.5 KB", agent, BODY, 0, rounds),
        *_figures(
            f"a dispatch of {TEN} ({len(body) / 1000:.1f} KB), each of its statements too", agent, body, TEN, rounds
        ),
    ]


def _body_of(agent: Caller) -> bytes:
    said = [agent.notification(f"n{number}", "T1", f"C{number}", card=CARD) for number in range(TEN)]
    return request_text(agent.speaker, DISPATCH, agent.dispatch(said, [CARD])).encode()


def _figures(what: str, agent: Caller, body: bytes, statements: int, rounds: int) -> list[Figure]:
    """Signed as the agent does it, and verified as `front` does it, but for reading the JSON."""
    said = [agent.notification(f"n{number}", "T1", f"C{number}", card=CARD) for number in range(statements)]
    made = [(name_of(each.id), agent.statement(each)) for each in said]
    contents = [body, *(each.text.encode() for _, each in made)]
    public, sent = agent.private.public_key(), _headers(agent, body)
    bare = [(agent.private.sign(content), content) for content in contents]

    def sign() -> None:
        for each in said:
            agent.statement(each)
        _headers(agent, body)

    return [
        _figure(f"{what}: sign", sign, lambda: [agent.private.sign(content) for content in contents], rounds),
        _figure(
            f"{what}: verify",
            lambda: _verify(sent, body, made, public),
            lambda: [public.verify(signature, content) for signature, content in bare],
            rounds,
        ),
    ]


def _verify(
    sent: Mapping[str, str], body: bytes, made: Sequence[tuple[str, Statement]], public: Ed25519PublicKey
) -> None:
    claim = claimed(sent)
    if claim is None or not is_signed(claim, body, public):
        raise RuntimeError("a signature of ours doesn't verify")
    for name, each in made:
        text = each.text.encode()
        if not is_signature(each.signature, id_=name, timestamp=each.timestamp, body=text, key=public):
            raise RuntimeError("a statement of ours doesn't verify")


def _figure(what: str, work: Callable[[], object], bare: Callable[[], object], rounds: int) -> Figure:
    """Processor time, the median of many rounds, each of ours beside a bare one."""
    ours_us, bare_us = [], []
    for _ in range(rounds):
        ours_us.append(_us(work))
        bare_us.append(_us(bare))
    peer = Peer(name=PEER, value=percentile(bare_us, 0.5))
    return Figure(row=ROW, what=what, value=percentile(ours_us, 0.5), unit="µs", peer=peer)


def _headers(agent: Caller, body: bytes) -> dict[str, str]:
    given = headers(
        id_="msg_1", timestamp=agent.now, body=body, keys=[agent.private], agent_id=agent.agent_id, key_id=agent.key_id
    )
    return dict(given)


def _us(work: Callable[[], object]) -> float:
    before_ns = time.thread_time_ns()
    work()
    return (time.thread_time_ns() - before_ns) / 1000
