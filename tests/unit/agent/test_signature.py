from hypothesis import given
from hypothesis import strategies as st

from agent.signature import is_signed, signature_of


def test_the_example_of_githubs_documentation_is_right() -> None:
    said = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"

    assert is_signed(b"Hello, World!", said, (b"It's a Secret to Everybody",))


def test_nothing_is_signed_without_a_secret() -> None:
    assert not is_signed(b"x", signature_of(b"x", b"").decode(), ())


@given(body=st.binary(), secrets=st.lists(st.binary(min_size=1), min_size=1, max_size=2), at=st.integers(0, 1))
def test_any_of_the_secrets_will_do(body: bytes, secrets: list[bytes], at: int) -> None:
    signature = signature_of(body, secrets[at % len(secrets)]).decode()

    assert is_signed(body, signature, secrets)


@given(body=st.binary(), other=st.binary(), said=st.text())
def test_what_is_signed_otherwise_is_refused(body: bytes, other: bytes, said: str) -> None:
    signature = signature_of(body, b"secret").decode()

    assert not is_signed(body, said, (b"secret",)) or said == signature
    assert not is_signed(other, signature, (b"secret",)) or other == body
    assert not is_signed(body, signature.upper(), (b"secret",))
    assert not is_signed(body, signature + "\udcff", (b"secret",))
