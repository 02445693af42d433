"""What a soak has lost: what was acknowledged, against what the database holds."""

from __future__ import annotations

from collections import Counter

from tests.faults.kit.site import Site
from tests.faults.soak.books import Books


def lost(site: Site, books: Books) -> list[str]:
    """What is not there, or there twice, as sentences; none when all is well."""
    stored = Counter(str(title) for (title,) in site.rows("SELECT title FROM ticket"))
    found = [
        _some(
            "acknowledged tickets are not there", [one for one in books.titles if not stored[one]]
        ),
        _some("tickets are there twice", [title for title, times in stored.items() if times > 1]),
        _some("acknowledged changes are not there", _unchanged(site, books)),
        _some("tickets have not one phone call", _without_one_call(site)),
    ]
    ((same,),) = site.rows("SELECT count(*) - count(DISTINCT ref) FROM ticket")
    found.append(f"{same} references are of several tickets" if same else "")
    if site.url.startswith("sqlite:"):
        checked = site.rows("PRAGMA quick_check")
        found.append("" if checked == [("ok",)] else f"quick_check: {checked[:3]}")
    return [sentence for sentence in found if sentence]


def _unchanged(site: Site, books: Books) -> list[str]:
    stored = {id_: str(text) for id_, text in site.rows("SELECT id, description FROM ticket")}
    return [
        path
        for path, text in books.changed.items()
        if text not in stored.get(int(path.rpartition("/")[2]), "")
    ]


def _without_one_call(site: Site) -> list[str]:
    """Tickets that programs made of a phone call: each has one, made with it."""
    found = site.rows(
        "SELECT t.title, count(c.id) FROM ticket AS t "
        "LEFT JOIN phone_call AS c ON c.ticket_id = t.id "
        "WHERE t.title LIKE 'Program %' GROUP BY t.id, t.title HAVING count(c.id) <> 1"
    )
    return [f"{title}: {calls}" for title, calls in found]


def _some(what: str, which: list[str]) -> str:
    return f"{len(which)} {what} ({', '.join(which[:5])})" if which else ""
