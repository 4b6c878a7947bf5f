"""The bots that speak: workspaces with their tokens opened, which stay in memory for a short while."""

from relay_lambda.carrying.ports import Bot
from relay_lambda.clock import Clock
from relay_lambda.state.remembered import Remembered
from relay_lambda.state.tokens import Opening, Sealed
from relay_lambda.state.workspaces import Workspaces

OPEN_S = 300.0


class WorkspaceBots:
    """`relay_lambda.carrying.ports.Bots`. What isn't registered is asked for each time."""

    def __init__(self, workspaces: Workspaces, opening: Opening, clock: Clock) -> None:
        self._workspaces, self._opening = workspaces, opening
        self._open: Remembered[tuple[str, str], Bot] = Remembered(clock, for_s=OPEN_S)

    def find(self, agent_id: str, team_id: str) -> Bot | None:
        """See the port."""
        return self._open.get((agent_id, team_id)) or self.find_anew(agent_id, team_id)

    def find_anew(self, agent_id: str, team_id: str) -> Bot | None:
        """See the port."""
        found = self._workspaces.serving(agent_id, team_id)
        if found is None:
            self._open.drop((agent_id, team_id))
            return None
        place, row = found
        sealed = Sealed(token_cipher=row["token_cipher"], data_key_cipher=row["data_key_cipher"], nonce=row["nonce"])
        bot = Bot(token=self._opening.open(sealed, agent_id=agent_id, place_id=place.id))
        return self._open.put((agent_id, team_id), bot)
