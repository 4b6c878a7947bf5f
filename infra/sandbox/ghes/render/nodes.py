"""The opaque ids of the GraphQL world."""

from base64 import urlsafe_b64encode


def node_id(prefix: str, number: int) -> str:
    """An opaque id; the prefix names the kind, as in GitHub's own: `R_`, `I_`, `PR_`…"""
    return f"{prefix}_kwD{urlsafe_b64encode(str(number).encode()).decode().rstrip('=')}"
