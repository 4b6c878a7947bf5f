"""Files at a ref, and comments by their id, as links name them. ghes.md §14 (repository)."""

from base64 import b64decode
from collections.abc import Callable
from typing import Any

import pytest

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World

CONTENTS = "/repos/acme/api/contents"


async def test_a_file_is_read_by_branch_tag_and_sha(
    as_person: Callable[[str], Any], world: World, api: Repository, ada: Account
) -> None:
    api.files["src/deep/a b.py"] = "one\ntwo\n"
    old = api.head
    new = happen.push(world, api, by=ada)[-1]
    new.tree = {"src/deep/a b.py": "three\n"}
    happen.create_branch(world, api, "topic/a", by=ada)
    happen.create_tags(world, api, ["v1"], by=ada)
    ask = as_person("ada")

    texts = {}
    for ref in ("", "main", "topic/a", "refs/heads/main", "v1", new.sha, old, old[:10]):
        answer = await ask("GET", f"{CONTENTS}/src/deep/a%20b.py{f'?ref={ref}' if ref else ''}")
        texts[ref] = b64decode(answer.body["content"]).decode()

    assert {it for ref, it in texts.items() if ref not in {old, old[:10]}} == {"three\n"}
    assert texts[old] == texts[old[:10]] == "one\ntwo\n"


async def test_a_file_says_what_it_is(bot: Any, api: Repository, world: World) -> None:
    api.files["a.txt"] = "one\n"

    answer = await bot("GET", f"{CONTENTS}/a.txt?ref=main")

    assert (answer.body["type"], answer.body["encoding"], answer.body["size"]) == ("file", "base64", 4)
    assert answer.body["sha"] == "5626abf0f72e58d7a153368ba57db4c673c0e171"
    assert answer.body["html_url"] == f"{world.web_url}/acme/api/blob/main/a.txt"


async def test_a_file_can_be_had_raw(
    api: Repository, world: World, server: Any, session: Any, as_person: Callable[[str], Any]
) -> None:
    api.files["a.txt"] = "one\n"
    headers = {"Authorization": as_person("ada").authorization(), "Accept": "application/vnd.github.raw+json"}
    del world

    async with session.get(f"{server.api_url}{CONTENTS}/a.txt", headers=headers) as response:
        text, kind = await response.text(), response.content_type

    assert (text, kind) == ("one\n", "application/vnd.github.raw+json")


async def test_a_large_file_comes_without_its_content(bot: Any, api: Repository) -> None:
    api.files["large.txt"] = "x" * (2**20 + 1)

    answer = await bot("GET", f"{CONTENTS}/large.txt")

    assert (answer.body["encoding"], answer.body["content"], answer.body["size"]) == ("none", "", 2**20 + 1)


@pytest.mark.parametrize("path", ["", "/"])
async def test_a_folder_is_a_list(bot: Any, path: str) -> None:
    root, src = await bot("GET", CONTENTS + path), await bot("GET", f"{CONTENTS}/src")

    assert [(it["name"], it["type"]) for it in root.body] == [("README.md", "file"), ("src", "dir")]
    assert [(it["path"], it["type"]) for it in src.body] == [("src/washer.py", "file")]
    assert "content" not in src.body[0]


@pytest.mark.parametrize("path", ["nothing.py", "src/nothing.py", "README.md?ref=nowhere", "README.md/x", "src/wash"])
async def test_what_isnt_there_is_404(bot: Any, path: str) -> None:
    assert (await bot("GET", f"{CONTENTS}/{path}")).status == 404


async def test_who_may_not_read_the_repository_gets_no_file(as_person: Callable[[str], Any]) -> None:
    assert (await as_person("outsider")("GET", f"{CONTENTS}/README.md")).status == 404
    assert (await as_person("outsider")("GET", "/repos/acme/shared/contents/README.md")).status == 200


async def test_comments_are_found_by_their_id(
    as_person: Callable[[str], Any], world: World, api: Repository, ada: Account
) -> None:
    pull = happen.open_pull(world, api, by=ada)
    plain = happen.comment(world, api, pull, by=ada, body="In the conversation")
    line = happen.comment_on_line(world, api, pull, by=ada, body="On a line")
    commit = happen.comment_on_commit(world, api, api.head, by=ada, body="On a commit", path="README.md")
    grace, outsider = as_person("grace"), as_person("outsider")

    paths = {
        "In the conversation": f"/repos/acme/api/issues/comments/{plain.id}",
        "On a line": f"/repos/acme/api/pulls/comments/{line.id}",
        "On a commit": f"/repos/acme/api/comments/{commit.id}",
    }
    for text, path in paths.items():
        answer = await grace("GET", path)
        assert (answer.status, answer.body["body"], answer.body["user"]["login"]) == (200, text, "ada")
        assert (await grace("GET", path.rpartition("/")[0] + "/1")).status == 404
        assert (await outsider("GET", path)).status == 404
