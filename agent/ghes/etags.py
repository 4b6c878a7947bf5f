"""The answers that a conditional request may use again."""

from collections import OrderedDict
from collections.abc import Iterator, MutableMapping
from typing import Any

Cached = tuple[str | None, str | None, Any, str | None]
"""gidgethub's entry: ETag, Last-Modified, decoded body, address of the next page."""


class EtagCache(MutableMapping[str, Cached]):
    """Answers by URL, the least recently used leaving first. One for each token: what one may read another may not."""

    def __init__(self, limit: int = 512) -> None:
        self._limit = limit
        self._entries: OrderedDict[str, Cached] = OrderedDict()

    def __getitem__(self, url: str) -> Cached:
        entry = self._entries[url]
        self._entries.move_to_end(url)
        return entry

    def __setitem__(self, url: str, entry: Cached) -> None:
        self._entries[url] = entry
        self._entries.move_to_end(url)
        if len(self._entries) > self._limit:
            self._entries.popitem(last=False)

    def __delitem__(self, url: str) -> None:
        del self._entries[url]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
