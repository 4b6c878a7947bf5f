"""What an App may be called, and the slug that comes of it."""

import re
import unicodedata

from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World

LONGEST = 34
TAKEN_BY_PAGES = frozenset({"new"})


def slug_of(name: str) -> str:
    """`my-app-name` for `My APp Näme`: in lower case, without accents, a dash for all that is neither letter nor digit.

    https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app/registering-a-github-app
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def trouble(world: World, name: str, owner: Account) -> str:
    """Return why an App of this owner can't be called so; empty when it can."""
    slug = slug_of(name)
    if not name.strip():
        return "Name can't be blank"
    if len(name.strip()) > LONGEST:
        return f"Name is too long (maximum is {LONGEST} characters)"
    if not slug:
        return "Name must have a letter or a digit"
    accounts = {it.login.lower() for it in world.accounts.values() if it is not owner}
    if slug in {it.slug for it in world.apps.values()} | TAKEN_BY_PAGES | accounts:
        return "Name is already taken"
    return ""
