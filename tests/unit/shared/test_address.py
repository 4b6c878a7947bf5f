import pytest

from shared.address import Address


def test_an_address_is_its_workspace_and_its_channel() -> None:
    address = Address(team_id="T1", channel_id="C1")

    assert address == Address(channel_id="C1", team_id="T1")
    assert {address, Address(team_id="T2", channel_id="C1"), Address(team_id="T1", channel_id="C2")} - {address} == {
        Address(team_id="T2", channel_id="C1"),
        Address(team_id="T1", channel_id="C2"),
    }


def test_workspace_and_channel_cannot_be_mixed_up() -> None:
    with pytest.raises(TypeError):
        Address("C1", "T1")  # type: ignore[call-arg]
