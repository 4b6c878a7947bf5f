"""What both functions raise when something behind them fails: AWS, or Slack where its word is needed."""


class Unavailable(Exception):  # noqa: N818 - it says what is the case
    """Not now. `what` names the far side and its error code, and no data; `after_s` is the far side's word."""

    def __init__(self, what: str, after_s: float | None = None) -> None:
        super().__init__(what)
        self.after_s = after_s
