"""Lists and search by JSON: narrowed down, sorted, a page at a time."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest


def names(response: Any) -> list[str]:
    """The names of the objects of a page."""
    assert response.status_code == 200, response.text
    return [item["friendlyname"] for item in response.get_json()["items"]]


def test_a_list_has_every_object_once_whatever_the_size_of_its_pages(program: Any) -> None:
    for sort in ("id", "-id", "friendlyname", "-start_date", "last_update"):
        seen: list[int] = []
        path = f"/objects/UserRequest?limit=2&sort={sort}&fields=title"
        while path:
            page = program("GET", path).get_json()
            assert len(page["items"]) <= 2
            seen += [item["id"] for item in page["items"]]
            path = (page["next"] or "").removeprefix("/api/v1")
        assert sorted(seen) == [1, 2, 3, 4, 5]


def test_lists_are_narrowed_down(program: Any) -> None:
    assert names(program("GET", "/objects/Person?q=francois")) == ["François d'Estaing"]
    assert names(program("GET", "/objects/Person?org_id=1&sort=name&limit=1")) == [
        "François d'Estaing"
    ]
    assert names(program("GET", "/objects/Person?org_id=3")) == []
    assert len(names(program("GET", "/objects/UserRequest?status=new"))) == 5
    assert names(program("GET", "/objects/UserRequest?status=closed")) == []
    assert names(program("GET", "/objects/UserRequest?start_date_until=2001-01-01")) == []
    assert len(names(program("GET", "/objects/UserRequest?caller_id=1"))) == 3
    assert names(program("GET", "/objects/UserRequest?caller_id=0")) == []
    assert len(names(program("GET", "/objects/Ticket"))) == 5


def test_only_the_fields_that_are_asked_for(program: Any) -> None:
    page = program("GET", "/objects/Person?fields=name,org_id,org_name&limit=1").get_json()
    assert set(page["items"][0]["fields"]) == {
        "name",
        "org_id",
        "org_id_friendlyname",
        "org_name",
    }


def cursor(*said: Any) -> str:
    """A cursor that somebody made up."""
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("limit=1&limit=2", "limit"),
        ("sort=description", "sort"),
        ("statsu=new", "statsu"),
        ("status=nothing", "status"),
        ("org_id=x", "org_id"),
        ("org_id=99999999999", "org_id"),
        ("start_date_from=yesterday", "start_date_from"),
        ("fields=titel", "fields"),
        ("q=" + "x" * 300, "q"),
        ("after=x", "after"),
        ("after=" + cursor(1), "after"),
        ("after=" + cursor("x", True), "after"),
        ("sort=start_date&after=" + cursor("x", 1), "after"),
        ("sort=id&after=" + cursor("1; DROP TABLE ticket", 1), "after"),
        ("sort=friendlyname&after=" + cursor("a\0b", 1), "after"),
        ("after=%FF", "after"),
    ],
)
def test_a_wrong_parameter_is_named(program: Any, query: str, wrong: str) -> None:
    response = program("GET", f"/objects/UserRequest?{query}")
    assert response.status_code == 400, response.text
    assert wrong in response.get_json()["errors"]


def test_search_looks_everywhere(program: Any) -> None:
    said = program("GET", "/search?q=ada").get_json()
    assert [(g["class"], [i["id"] for i in g["items"]]) for g in said["groups"]] == [
        ("Person", [3])
    ]
    said = program("GET", "/search?q=09 87 65 43 21").get_json()
    assert [g["class"] for g in said["groups"]] in ([], ["Person"])
    said = program("GET", "/search?q=printer&class=UserRequest").get_json()
    assert len(said["groups"][0]["items"]) == 5
    assert program("GET", "/search").status_code == 400
    assert program("GET", "/search?q=x&class=Nothing").status_code == 404
