"""Files of tickets: what is accepted, how they are handed out, and that none is lost or left."""

from __future__ import annotations

import io
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import peewee
import pytest
from cti_tickets.model.classes.attachments import Attachment
from cti_tickets.store import history
from cti_tickets.store.attachments.contents import is_genuine
from cti_tickets.store.attachments.names import clean_name, kind_of
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

AGENTS = """
from cti_host import Agent, hookimpl

class Plugin:
    @hookimpl
    def identify_agent(self, request):
        name = request.headers.get("X-Agent", "ada")
        if name == "nobody":
            return None
        profiles = request.headers.get("X-Profiles", "Support Agent").split(", ")
        return Agent(
            name,
            name.title(),
            profiles=frozenset(profiles),
            organizations=frozenset({2} if name == "limited" else ()),
            contact_source="tickets",
        )

    @hookimpl
    def sign_in_url(self, next_url):
        return "/who-are-you"
"""
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
PDF = b"%PDF-1.7\n" + b"x" * 40
TICKET = "/objects/UserRequest/1"


@pytest.fixture
def site(make_site: Any, database_url: str) -> Any:
    """A ticket of the first organization; headers say who acts."""
    built = make_site(
        "[plugin.tickets]\nattachments_per_ticket = 3\nattachment_megabytes = 1\n",
        plugins=["agents", "phone_reformat", "tickets"],
        sources={"agents": AGENTS},
        sign_in=False,
        database=database_url,
    )
    for name in ("Customer", "Elsewhere"):
        built.add("Organization", name=name)
    built.add("Person", first_name="Clara", name="Byron", org_id=1)
    built.add("UserRequest", title="No sound", description="At all", org_id=1, caller_id=1)
    return built


Files = Mapping[str, bytes]


def send(site: Any, files: Files, text: str = "", who: str = "ada", **values: str) -> Any:
    """Send the box below a ticket with files."""
    page = site.get(TICKET, X_Agent=who)
    form = next(f for f in page.forms if f.action.endswith("/reply"))
    fields = {key: value for key, value in form.fields.items() if key != "files"}
    content = [FileStorage(io.BytesIO(data), name) for name, data in files.items()]
    data = {**fields, "log": "public_log", "text": text, **values, "files": content}
    boundary, body = encode_multipart(data)
    kind = f"multipart/form-data; boundary={boundary}"
    return site.post(form.action, body, X_Agent=who, Content_Type=kind)


def rows(site: Any) -> list[dict[str, Any]]:
    """What the table holds."""
    app = site.running.app
    with app.app_context(), site.running.host.database.connection_context():
        query: Any = Attachment.select().order_by(Attachment.id)
        return [*query.dicts()]


def folder(site: Any) -> Path:
    """Where the files lie."""
    (path,) = site.running.host.kept_apart
    return Path(path)


def stored(site: Any) -> set[str]:
    """The names in the folder."""
    return {path.name for path in folder(site).iterdir()} if folder(site).is_dir() else set()


def download(site: Any, name: str, who: str = "ada", **headers: str) -> Any:
    """Follow the link of a file, as a browser; the whole response."""
    url = site.get(TICKET).links[name]
    named = {"X-Agent": who} | {k.replace("_", "-"): v for k, v in headers.items()}
    return site.browser.get(url, headers=named, buffered=True)


# Adding


def test_a_file_is_added_with_a_reply_listed_and_downloaded(site: Any) -> None:
    sent = send(site, {"Screen shot.png": PNG}, "See the picture")
    assert (sent.status, sent.location) == (303, TICKET)
    page = site.get(TICKET)
    assert "See the picture" in page.text
    assert re.search(r"Screen shot\.png 48\sbytes · Ada ·", page.text)
    assert "File added: Screen shot.png" in page.text
    assert "File added: Screen shot.png" in site.get(f"{TICKET}?tab=history").text
    (row,) = rows(site)
    assert (row["name"], row["kind"], row["size"], row["account"]) == (
        "Screen shot.png",
        "png",
        48,
        "ada",
    )
    assert len(row["sha256"]) == 64
    assert download(site, "Screen shot.png").data == PNG


def test_files_alone_need_no_text_and_nothing_at_all_is_refused(site: Any) -> None:
    assert send(site, {"a.pdf": PDF, "b.png": PNG}).status == 303
    assert [row["name"] for row in rows(site)] == ["a.pdf", "b.png"]
    assert "Please write something first." in send(site, {}).text


def test_what_is_sent_twice_is_there_once(site: Any) -> None:
    for _again in range(2):
        assert send(site, {"a.pdf": PDF}).status == 303
    assert len(rows(site)) == 1
    assert len(stored(site)) == 1


def test_names_in_the_folder_are_made_up_and_nobody_else_reads_them(site: Any) -> None:
    send(site, {"../../etc/passwd.txt": b"root"})
    (row,) = rows(site)
    assert row["name"] == "passwd.txt"
    (path,) = folder(site).iterdir()
    assert re.fullmatch("[0-9a-f]{32}", path.name)
    assert path.name == row["stored"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder(site).stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("page.html", b"<html>", "is of a kind that is not accepted"),
        ("setup.exe", b"MZ", "is of a kind that is not accepted"),
        ("invoice.pdf.exe", PDF, "is of a kind that is not accepted"),
        ("noend", b"text", "is of a kind that is not accepted"),
        ("picture.png", b"<svg xmlns='x'>", "is not what its name says: PNG"),
        ("letter.pdf", b"MZ\x90\0" + b"\0" * 90, "is not what its name says: PDF"),
        ("empty.txt", b"", "is empty"),
        ("large.txt", b"x" * 1_000_001, "is larger than 1\xa0MB"),
    ],
)
def test_what_is_not_accepted_leaves_nothing_and_the_text_stays(
    site: Any, name: str, content: bytes, problem: str
) -> None:
    refused = send(site, {"good.pdf": PDF, name: content}, "My text")
    assert refused.status == 400
    assert problem.replace("\xa0", " ") in refused.text.replace("\xa0", " ")
    assert "Please choose the files again." in refused.text
    form = next(f for f in refused.forms if f.action.endswith("/reply"))
    assert form.fields["text"] == "My text"
    assert rows(site) == []
    assert stored(site) == set()
    assert "My text" not in site.get(f"{TICKET}?tab=history").text


def test_a_ticket_has_so_many_files_and_no_more(site: Any) -> None:
    assert send(site, {f"{n}.txt": b"%d" % n for n in range(2)}).status == 303
    refused = send(site, {f"{n}.txt": b"%d" % n for n in range(2, 4)}, "Text")
    assert (refused.status, len(rows(site)), len(stored(site))) == (400, 2, 2)
    assert "A ticket can have 3 files." in refused.text
    assert send(site, {"2.txt": b"2"}).status == 303
    assert 'name="files"' not in site.get(TICKET).html


def test_a_request_that_is_too_large_comes_back_with_what_was_typed(site: Any) -> None:
    assert "At most 1 MB each, 2 MB at once" in site.get(TICKET).text.replace("\xa0", " ")
    files = {"1.txt": b"x" * 999_999, "2.txt": b"y" * 999_999, "3.txt": b"z" * 200_000}
    sent = send(site, files, "Typed <text>", log="private_log")
    assert sent.status == 413
    assert rows(site) == []
    (box,) = [f.fields for f in sent.forms if f.action.endswith("/reply")]
    assert box["text"] == "Typed <text>"
    assert 'value="private_log" checked' in sent.html
    assert "The files are larger than 2 MB" in sent.text.replace("\xa0", " ")
    assert 'aria-describedby="files-problem files-hint" aria-invalid="true"' in sent.html
    assert "Typed" not in site.get(TICKET).text


def test_a_file_over_its_limit_is_told_at_the_field(site: Any) -> None:
    refused = send(site, {"1.txt": b"x" * 1_000_001}, "Typed <text>", log="private_log")
    assert refused.status == 400
    (box,) = [f.fields for f in refused.forms if f.action.endswith("/reply")]
    assert box["text"] == "Typed <text>"
    assert 'value="private_log" checked' in refused.html
    told = re.search(r'<div class="invalid-feedback" id="files-problem">([^<]*)<', refused.html)
    assert told
    assert "“1.txt” is larger than 1 MB. Please choose the files again." in (
        told[1].replace("\xa0", " ")
    )


def test_who_may_not_reply_is_told_nothing_of_a_large_form(site: Any) -> None:
    page = site.get(TICKET)
    form = next(f for f in page.forms if f.action.endswith("/reply"))
    large = FileStorage(io.BytesIO(b"x" * 2_200_000), "a.txt")
    boundary, body = encode_multipart({**form.fields, "text": "x", "files": large})
    kind = f"multipart/form-data; boundary={boundary}"
    who = {"X_Profiles": "Service Manager", "Content_Type": kind}
    assert site.post(form.action, body, **who).status == 403


@pytest.mark.parametrize("size", [100, 3_000_000])
def test_whoever_was_signed_out_keeps_the_text_and_is_told_of_the_files(
    site: Any, size: int
) -> None:
    form = next(f for f in site.get(TICKET).forms if f.action.endswith("/reply"))
    file = FileStorage(io.BytesIO(b"x" * size), "a.txt")
    fields = {key: value for key, value in form.fields.items() if key != "files"}
    boundary, body = encode_multipart({**fields, "text": "Typed", "files": file})
    kind = f"multipart/form-data; boundary={boundary}"
    page = site.post(form.action, body, X_Agent="nobody", Content_Type=kind)
    assert page.status == 401
    (kept,) = [one.fields for one in page.forms if one.action.endswith("/reply")]
    assert kept["text"] == "Typed"
    assert "Files are not kept: add those that you chose once more" in page.text


def test_an_outdated_reply_keeps_no_file(site: Any) -> None:
    assert send(site, {"a.pdf": PDF}, "Mine", version="v0000000000000000-0").status == 409
    assert (rows(site), stored(site)) == ([], set())


# Handing out


def test_no_browser_shows_or_runs_a_file(site: Any) -> None:
    send(site, {"Bäume \N{SNOWMAN}; x=1.txt": b"alert(1)"})
    response = download(site, "Bäume \N{SNOWMAN}; x=1.txt")
    headers = response.headers
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Content-Disposition"].startswith("attachment; ")
    assert (
        "filename*=UTF-8''B%C3%A4ume%20%E2%98%83%3B%20x%3D1.txt" in headers["Content-Disposition"]
    )
    assert headers["Content-Length"] == "8"
    assert headers["Cache-Control"] == "no-store"


def test_only_who_may_read_the_ticket_gets_its_files(site: Any) -> None:
    send(site, {"a.pdf": PDF})
    assert download(site, "a.pdf", who="limited").status_code == 404
    assert download(site, "a.pdf", X_Profiles="Nobody").status_code == 403
    other = site.add("UserRequest", title="Other", description="x", org_id=1, caller_id=1)
    assert site.get(f"/objects/UserRequest/{other}/files/1").status == 404
    assert site.get(f"{TICKET}/files/2").status == 404


def test_files_are_not_reached_by_an_object_with_the_id_of_their_ticket(site: Any) -> None:
    """A person has the id of some ticket, and may be seen by who doesn't see the ticket."""
    send(site, {"a.pdf": PDF})
    assert site.get("/objects/Person/1").status == 200
    assert site.get("/objects/Person/1/files/1").status == 404
    page = site.get("/objects/Person/1", X_Profiles="Administrator")
    token = next(f.fields["csrf_token"] for f in page.forms if "csrf_token" in f.fields)
    for path in ("files/1/delete", "reply", "assign", "note-call"):
        sent = {"csrf_token": token, "version": "x", "text": "x", "log": "public_log"}
        url = f"/objects/Person/1/{path}"
        assert site.post(url, sent, X_Profiles="Administrator").status == 404, path
    boundary, body = encode_multipart(
        {"csrf_token": token, "version": "x", "files": FileStorage(io.BytesIO(PDF), "b.pdf")}
    )
    kind = f"multipart/form-data; boundary={boundary}"
    url = "/objects/Person/1/reply"
    assert site.post(url, body, X_Profiles="Administrator", Content_Type=kind).status == 404
    assert [row["name"] for row in rows(site)] == ["a.pdf"]


def test_a_file_that_is_gone_is_told(site: Any) -> None:
    send(site, {"a.pdf": PDF})
    (path,) = folder(site).iterdir()
    path.unlink()
    assert site.get(f"{TICKET}/files/1").status == 404
    assert site.get(TICKET).status == 200


# Deleting


def delete(site: Any, who: str, profiles: str = "Support Agent") -> Any:
    """Send the form that deletes the first file, with the token of whoever acts."""
    page = site.get(TICKET, X_Agent=who, X_Profiles=profiles)
    token = next(f for f in page.forms if f.action.endswith("/reply")).fields["csrf_token"]
    url, data = f"{TICKET}/files/1/delete", {"csrf_token": token}
    return site.post(url, data, X_Agent=who, X_Profiles=profiles)


def test_a_file_is_deleted_by_who_added_it_or_may_delete_tickets(site: Any) -> None:
    send(site, {"a.pdf": PDF})
    assert f"{TICKET}/files/1/delete" not in site.get(TICKET, X_Agent="ben").html
    assert delete(site, "ben").status == 403
    assert len(stored(site)) == 1
    assert site.post(f"{TICKET}/files/1/delete", {}).status == 400
    assert f"{TICKET}/files/1/delete" in site.get(TICKET).html
    assert delete(site, "ada").status == 303
    assert (rows(site), stored(site)) == ([], set())
    assert "File deleted: a.pdf" in site.get(TICKET).text
    assert delete(site, "ada").status == 404


def test_an_administrator_deletes_what_others_added(site: Any) -> None:
    send(site, {"a.pdf": PDF})
    assert delete(site, "root", "Administrator").status == 303
    assert stored(site) == set()


def test_files_go_with_their_ticket(site: Any) -> None:
    send(site, {"a.pdf": PDF})
    page = site.get(f"{TICKET}/delete", X_Profiles="Administrator")
    assert "Files: 1" in page.text
    form = next(f for f in page.forms if f.action.endswith("/delete"))
    done = site.post(form.action, form.fields, X_Profiles="Administrator")
    assert done.status == 303
    assert (rows(site), stored(site)) == ([], set())


# Nothing is lost, and nothing left


def test_a_row_that_cannot_be_stored_leaves_no_file(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any, **_named: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(history, "attached", fail)
    assert send(site, {"a.pdf": PDF}, "Text").status == 500
    assert (rows(site), stored(site)) == ([], set())
    assert "Text" not in site.get(f"{TICKET}?tab=history").text


def test_where_nobody_knows_whether_a_row_was_stored_the_file_stays(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any, **_named: Any) -> None:
        raise peewee.InterfaceError("the connection was lost")

    monkeypatch.setattr(history, "attached", fail)
    assert send(site, {"a.pdf": PDF}).status >= 500
    assert len(stored(site)) == 1


def test_orphans_are_swept_and_nothing_else(site: Any) -> None:
    send(site, {"a.pdf": PDF})
    (kept,) = stored(site)
    orphan, half, fresh, foreign = ("0" * 32, "new-" + "1" * 32, "2" * 32, "notes.txt")
    for name in (orphan, half, fresh, foreign):
        (folder(site) / name).write_bytes(b"x")
    for name in (kept, orphan, half, foreign):
        os.utime(folder(site) / name, (0, 0))
    told = site.command("data", "expire", "--dry-run").output
    assert "files: 2 (" in told
    assert len(stored(site)) == 5
    site.command("data", "expire")
    assert stored(site) == {kept, fresh, foreign}


def test_a_backup_says_what_is_not_in_it(site: Any, tmp_path: Path, database_url: str) -> None:
    if not database_url.startswith("sqlite"):
        return
    target = str(tmp_path / "backup.db")
    send(site, {"a.pdf": PDF})
    told = site.command("db", "backup", target).output
    assert f"{folder(site)}: files that are not in it; copy this folder now, too" in told


def test_a_person_who_is_erased_takes_the_files_of_their_tickets_along(site: Any) -> None:
    send(site, {"Clara Byron.pdf": PDF})
    other = site.add("Person", first_name="Dora", name="Miller", org_id=1)
    site.add("UserRequest", title="Other", description="x", org_id=1, caller_id=other)
    (name,) = stored(site)
    exported = site.command("privacy", "export", "tickets:Person:1").output
    assert "Clara Byron.pdf" in exported
    assert str(folder(site) / name) in exported
    site.command("privacy", "erase", "tickets:Person:1", "--dry-run")
    assert stored(site) == {name}
    done = site.command("privacy", "erase", "tickets:Person:1", "--yes")
    assert "files of their tickets: 1" in done.output
    assert (rows(site), stored(site)) == ([], set())


# Settings


@pytest.mark.parametrize(
    ("toml", "key", "message"),
    [
        ('attachment_kinds = ["pdf", "svg"]', "attachment_kinds", "'svg' is what a browser"),
        ('attachment_kinds = [".pdf"]', "attachment_kinds[0]", ""),
        ("attachment_megabytes = 3", "attachment_megabytes", "a request may have 2 MB"),
        ("attachments_per_ticket = -1", "attachments_per_ticket", ""),
        ('attachments_folder = "cti.toml"', "attachments_folder", "is no folder"),
    ],
)
def test_settings_are_checked(check: Any, toml: str, key: str, message: str) -> None:
    (problem,) = check(f"[plugin.tickets]\n{toml}\n")
    assert problem[1] == f"plugin.tickets.{key}"
    assert message in problem[2]


def test_a_folder_that_others_may_read_is_told(check: Any, tmp_path: Path) -> None:
    path = tmp_path / "files"
    path.mkdir()
    path.chmod(0o755)
    (problem,) = check('[plugin.tickets]\nattachments_folder = "files"\n')
    assert problem[1:] == (
        "plugin.tickets.attachments_folder",
        f"others may read the files in {path}",
        f"run: chmod 700 {path}",
        True,
    )


def test_larger_files_need_larger_requests(check: Any) -> None:
    larger = "[server]\nbody_megabytes = 20\n[plugin.tickets]\nattachment_megabytes = 20\n"
    assert check(larger) == []


def test_without_files_no_page_offers_them(make_site: Any) -> None:
    site = make_site("[plugin.tickets]\nattachments_per_ticket = 0\n")
    site.add("Organization", name="Customer")
    site.add("Person", first_name="Clara", name="Byron", org_id=1)
    site.add("UserRequest", title="No sound", description="At all", org_id=1, caller_id=1)
    assert 'name="files"' not in site.get(TICKET).html


# Names and contents


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("C:\\Users\\ada\\plan.pdf", "plan.pdf"),
        ("/etc/../x/plan.pdf", "plan.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie_ x.pdf"),
        ("gpj.\N{RIGHT-TO-LEFT OVERRIDE}exe.pdf", "gpj. exe.pdf"),
        ('a"b.pdf', "a_b.pdf"),
        ("..", ""),
        ("\0", ""),
        ("plan.PDF", "plan.PDF"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_names_are_made_harmless(sent: str, name: str) -> None:
    assert clean_name(sent) == name


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.PDF", "pdf"), ("a.tar.gz", "gz"), (".pdf", ""), ("a", ""), ("a.p df", ""), ("a.", "")],
)
def test_the_kind_is_the_end_of_the_name(name: str, kind: str) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("kind", "head", "genuine"),
    [
        ("png", PNG, True),
        ("pdf", PDF, True),
        ("pdf", b"\n" + PDF, False),
        ("jpg", PNG, False),
        ("webp", b"RIFF\0\0\0\0WEBP", True),
        ("webp", b"RIFF\0\0\0\0WAVE", False),
        ("heic", b"\0\0\0\x18ftypheic", True),
        ("docx", b"PK\x03\x04", True),
        ("docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", False),
        ("txt", b"plain", True),
        ("txt", "Grüße".encode("utf-16"), True),
        ("txt", b"\0\1\2", False),
        ("txt", b"<bob@example.org> wrote", True),
        ("txt", b" \n<!DOCTYPE html>", False),
        ("txt", b"\xef\xbb\xbf<script>", False),
        ("txt", "<html >".encode("utf-16"), False),
        ("txt", b"<!-- --><html>", False),
        ("csv", b"<?xml version='1.0'?><svg>", False),
        ("txt", b"#!/bin/sh", False),
        ("txt", b"MZ is a name", True),
        ("zip", b"\x7fELF", False),
        ("abc", b"anything", True),
    ],
)
def test_contents_are_what_their_names_say(kind: str, head: bytes, genuine: bool) -> None:
    assert is_genuine(kind, head) is genuine
