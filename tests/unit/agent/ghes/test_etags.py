from agent.ghes.etags import EtagCache


def test_the_least_recently_used_answer_leaves_first() -> None:
    cache = EtagCache(limit=2)
    cache["/a"] = ("1", None, {}, None)
    cache["/b"] = ("2", None, {}, None)

    assert cache["/a"][0] == "1"
    cache["/c"] = ("3", None, {}, None)

    assert list(cache) == ["/a", "/c"]


def test_an_answer_can_be_dropped() -> None:
    cache = EtagCache()
    cache["/a"] = ("1", None, {}, None)

    del cache["/a"]

    assert len(cache) == 0
