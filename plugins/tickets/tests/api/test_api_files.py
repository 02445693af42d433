"""Files of tickets for programs: as on the pages, with the same rights, limits and headers."""

from __future__ import annotations

import io
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

FILES = "/objects/UserRequest/1/files"
PDF = b"%PDF-1.7\n" + b"x" * 40


def problem(response: Any, status: int) -> dict[str, Any]:
    """The problem of a response."""
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    said: dict[str, Any] = response.get_json()
    assert said["status"] == status
    assert said["detail"]
    return said


def send(program: Any, *files: tuple[str, bytes], field: str = "files", to: str = FILES) -> Any:
    """Add files to a ticket."""
    data = {field: [(io.BytesIO(content), name) for name, content in files]}
    return program("POST", to, data=data, content_type="multipart/form-data")


def listed(program: Any) -> list[str]:
    """The names of the files of the ticket."""
    return [one["name"] for one in program("GET", FILES).get_json()["items"]]


def folder(running: Any) -> list[Path]:
    """The files that lie in the folder."""
    (path,) = running.host.kept_apart
    return [*path.iterdir()] if path.is_dir() else []


def test_files_are_added_listed_and_downloaded(running: Any, program: Any) -> None:
    assert program("GET", FILES).get_json() == {"items": []}
    sent = send(program, ("Bäume; 1.pdf", PDF), ("b.txt", b"plain"))
    assert sent.status_code == 201, sent.text
    first, second = sent.get_json()["items"]
    assert program("GET", FILES).get_json() == sent.get_json()
    assert (first["name"], first["size"], first["author"]) == ("Bäume; 1.pdf", len(PDF), "Ada")
    assert first["sha256"] == sha256(PDF).hexdigest()
    assert first["href"] == f"/api/v1{FILES}/{first['id']}"
    assert second["name"] == "b.txt"
    got = program("GET", f"{FILES}/{first['id']}", buffered=True)
    assert (got.status_code, got.data) == (200, PDF)
    page = running.app.test_client().get(
        f"/objects/UserRequest/1/files/{first['id']}",
        headers={"Authorization": "Bearer Support-Agent"},
        buffered=True,
    )
    for name in (
        "Content-Type",
        "Content-Disposition",
        "Content-Security-Policy",
        "X-Content-Type-Options",
        "Cross-Origin-Resource-Policy",
        "Cache-Control",
        "Content-Length",
    ):
        assert got.headers[name] == page.headers[name], name
    assert got.headers["Content-Disposition"].startswith("attachment; ")


def test_what_is_sent_again_is_there_once(running: Any, program: Any) -> None:
    made = send(program, ("a.pdf", PDF)).get_json()["items"]
    again = send(program, ("a.pdf", PDF))
    assert (again.status_code, again.get_json()["items"]) == (200, made)
    more = send(program, ("b.txt", b"new"), ("a.pdf", PDF))
    assert more.status_code == 201
    assert [one["name"] for one in more.get_json()["items"]] == ["b.txt", "a.pdf"]
    assert listed(program) == ["a.pdf", "b.txt"]
    assert len(folder(running)) == 2


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("page.html", b"<html>", "is of a kind that is not accepted"),
        ("picture.png", b"<svg xmlns='x'>", "is not what its name says: PNG"),
        ("empty.txt", b"", "is empty"),
        ("..", b"x", "has no name"),
    ],
)
def test_what_is_refused_leaves_nothing(
    running: Any, program: Any, name: str, content: bytes, why: str
) -> None:
    said = problem(send(program, ("good.pdf", PDF), (name, content)), 422)
    assert why in said["errors"]["files"]
    assert listed(program) == []
    assert folder(running) == []


def test_a_body_that_is_no_form_of_files_is_refused(running: Any, program: Any) -> None:
    problem(program("POST", FILES, {"title": "x"}), 415)
    problem(program("POST", FILES, data=PDF, content_type="application/pdf"), 415)
    said = problem(send(program, ("a.pdf", PDF), field="file"), 400)
    assert "files" in said["errors"]["file"]
    said = problem(program("POST", FILES, data={}, content_type="multipart/form-data"), 400)
    assert said["errors"] == {"files": "is required"}
    text = program("POST", FILES, data={"files": "text"}, content_type="multipart/form-data")
    problem(text, 400)
    large = {"data": bytes(3_000_000), "content_type": "multipart/form-data; boundary=x"}
    problem(program("POST", FILES, **large), 413)
    assert folder(running) == []


def test_a_ticket_has_so_many_files_and_no_more(running: Any, program: Any) -> None:
    files = [(f"{number}.txt", b"%d" % number) for number in range(21)]
    said = problem(send(program, *files), 422)
    assert said["errors"]["files"] == "A ticket can have 20 files."
    assert send(program, *files[:20]).status_code == 201
    problem(send(program, files[20]), 422)
    assert len(folder(running)) == 20


def test_only_who_may_see_and_change_the_ticket_gets_at_its_files(
    program: Any, as_profile: Any
) -> None:
    (made,) = send(program, ("a.pdf", PDF)).get_json()["items"]
    one = f"{FILES}/{made['id']}"
    outside = as_profile("Support Agent", "2")
    for method, path in (("GET", FILES), ("GET", one), ("DELETE", one)):
        problem(outside(method, path), 404)
    problem(send(outside, ("b.pdf", PDF)), 404)
    # A person has the id of some ticket, and another ticket has no part in these files.
    problem(program("GET", f"/objects/Person/1/files/{made['id']}"), 404)
    problem(program("GET", "/objects/Person/1/files"), 404)
    administrator = as_profile("Administrator")
    problem(send(administrator, ("b.pdf", PDF), to="/objects/Person/1/files"), 404)
    problem(program("GET", f"/objects/UserRequest/2/files/{made['id']}"), 404)
    problem(program("GET", f"{FILES}/4711"), 404)
    problem(program("GET", "/objects/Nothing/1/files"), 404)
    reader = as_profile("Service Manager")
    assert reader("GET", one, buffered=True).data == PDF
    problem(send(reader, ("b.pdf", PDF)), 403)
    problem(reader("DELETE", one), 403)
    assert listed(program) == ["a.pdf"]


def test_a_file_is_deleted_and_its_life_is_in_the_history(running: Any, program: Any) -> None:
    (made,) = send(program, ("a.pdf", PDF)).get_json()["items"]
    deleted = program("DELETE", f"{FILES}/{made['id']}")
    assert (deleted.status_code, deleted.data) == (204, b"")
    problem(program("DELETE", f"{FILES}/{made['id']}"), 404)
    assert (listed(program), folder(running)) == ([], [])
    with running.app.app_context(), running.host.database.connection_context():
        from cti_tickets.store import history

        changes = history.changes_of("UserRequest", 1)[:2]
    assert [(str(one.operation), str(one.through), one.account) for one in changes] == [
        ("detach", "api", "ada"),
        ("attach", "api", "ada"),
    ]


def test_a_file_that_is_gone_is_told(running: Any, program: Any) -> None:
    (made,) = send(program, ("a.pdf", PDF)).get_json()["items"]
    (path,) = folder(running)
    path.unlink()
    problem(program("GET", f"{FILES}/{made['id']}"), 404)
    assert listed(program) == ["a.pdf"]


def test_the_description_has_the_files_of_tickets_alone(as_profile: Any) -> None:
    paths = as_profile("Administrator")("GET", "/openapi.json").get_json()["paths"]
    assert set(paths["/objects/UserRequest/{id}/files"]) == {"get", "post"}
    assert set(paths["/objects/UserRequest/{id}/files/{file}"]) == {"get", "delete"}
    assert "/objects/Person/{id}/files" not in paths
    reader = as_profile("Service Manager")("GET", "/openapi.json").get_json()["paths"]
    assert set(reader["/objects/UserRequest/{id}/files"]) == {"get"}
    assert set(reader["/objects/UserRequest/{id}/files/{file}"]) == {"get"}
