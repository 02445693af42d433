"""Objects are found by the beginnings of the words of their names, by an index."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from random import Random
from typing import Any

import pytest
from cti_oql.running import is_postgresql
from cti_tickets.model.data_model import schema
from cti_tickets.store import name_search, objects
from cti_tickets.store.any_objects import any_ids_statement
from cti_tickets.store.name_search import by_name_statement, ids_by_name, ids_by_words
from cti_tickets.store.words import kept
from flask import Flask, g

from cti_host import Agent, database

PEOPLE = [
    ("Ada", "Lovelace"),
    ("Éléonore Marie", "von  Strauß-Œlert"),
    ("Jean Pierre", "D'Alembert"),
    ("jean", "MARTIN"),
    ("Ann", "100% \"Quote\\ 's_x"),
    ("Anna", "Andersson"),
    ("Ng", "Ng"),
    ("Søren\u00a0Åge", "Martin ´ok"),
]
TEXTS = (
    "ada", "love", "ovelace", "lovelace ada", "eleo", "marie", "straus", "strauss-oe", "oel",
    "von str", "jean", "jean mar", "mar jean", "j m", "j ma", "m je", "a an", "je pier",
    "d'al", "alembert", "an", "ann an", "an an", '"quo', "\\", "'s_", "100%", "%", "_",
    "n", "ng", "soren", "age", "sø", "mar\ttin", "´ok", "ok", "´",
    "a" * 120, "x" * 99, "ada ada", "q", "\u0301", "\x01",
    "je dal", "jeanp mar", "vonst ele", "stra ele von", "an a", "mar je pie", "d a", "l v",
    "dalemb", "jeanp", "sorenage", "dalembert jeanpi", "vonstrauss mari", "straussoe", "da", "\x7f",
)  # fmt: skip


@pytest.fixture
def db(db_app: Flask) -> Any:
    """The database of an application with some people, a team and some tickets."""
    org = add("Organization", name="Analytical Ltd")
    for first, name in PEOPLE:
        add("Person", first_name=first, name=name, org_id=org)
    add("Person", first_name="Long", name="a" * 240, org_id=org)
    add("Team", name="Ada's desk", org_id=org)
    for number in range(3):
        add("UserRequest", title=f"Ticket {number}", description="x", org_id=org)
    return database.obj


def add(class_name: str, /, **values: Any) -> int:
    return int(objects.create(class_name, values, author=None).id)


def found(text: str, class_name: str = "Person") -> list[int]:
    return ids_by_name(database.obj, schema(), class_name, text, 20)


@contextmanager
def limited_to(app: Flask, *ids: int) -> Iterator[None]:
    """A request of an agent who may see some organizations, and what is below them."""
    with app.test_request_context("/"):
        g.cti_agent = Agent(
            "sam",
            profiles=frozenset({"Administrator"}),
            organizations=frozenset(ids),
            contact_source="tickets",
        )
        yield


def test_what_is_looked_up_is_what_reading_all_names_finds(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for class_name in ("Person", "Contact", "Team", "Ticket", "UserRequest", "Organization"):
        for text in (*TEXTS, "desk", "R-0", "r-000002", "ltd anal"):
            looked_up = found(text, class_name)
            with monkeypatch.context() as patch:
                patch.setattr(name_search, "_sees_little", lambda: True)
                assert found(text, class_name) == looked_up, (class_name, text)
    assert found("von str") == [2]
    assert found("jean mar") == [4]
    assert found("ovelace") == []
    assert found("alembert") == found("d’alembert") == found("alembert pier") == [3]
    assert found("an") == [5, 6]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("L'Hôte", ["l'hote", "L’HÔTE", "hote", "l hote", "lʼhote", "l`hote"]),
        ("O’Brien", ["o'brien", "o’bri", "brien", "o brien"]),
        (
            "Lefèvre-Garçon",
            ["lefevre-garcon", "garcon", "lefevre garcon", "garcon-lefe", "lefevre‑g"],
        ),
        ("Saint–Exupéry (fils)", ["saint-exupery", "exupery", "fils", "(fils", "fils)"]),
        ("Ben/Jerry", ["jerry", "ben jerry", "ben/jer"]),
        ("St.Gallen", ["gallen", "st. gallen", "st.gal"]),
        ("«Le Chat»", ["le chat", "chat", "«le", '"chat"']),
    ],
)
def test_marks_in_names_are_typed_as_one_likes(db: Any, name: str, typed: list[str]) -> None:
    id_ = add("Person", first_name="Zora", name=name, org_id=1)
    for text in typed:
        assert found(f"zora {text}") == found(text) == [id_], text


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("O'Brien", ["obrien", "OBRI", "obrien zora", "zora obrie"]),
        ("Le Goff", ["legoff", "legof", "legoff zor"]),
        ("D’Angelo", ["dangelo", "dangel"]),
        ("Mc Donald", ["mcdonald", "mcd"]),
        ("van den Berg-Smit", ["vandenberg", "denberg", "bergsmit", "vandenbergs", "berg vanden"]),
    ],
)
def test_words_of_a_name_are_typed_as_one(db: Any, name: str, typed: list[str]) -> None:
    id_ = add("Person", first_name="Zora", name=name, org_id=1)
    for text in typed:
        assert found(text) == [id_], text


def test_who_is_written_as_it_was_typed_comes_first(db: Any) -> None:
    apart = add("Person", first_name="Zora", name="Le Goff", org_id=1)
    together = add("Person", first_name="Zora", name="Legoff", org_id=1)
    assert found("legoff") == found("zora legoff") == [together, apart]
    assert ids_by_name(db, schema(), "Person", "legoff", 1) == [together]
    assert found("le goff") == [apart]


def test_any_name_is_found_by_its_words_joined(db: Any) -> None:
    chance = Random(15)  # noqa: S311 -- the same names each time
    syllables = ("le", "van", "Ö", "d", "Goff", "œuvre", "Straße", "x2", "Mc", "ørs", "100")
    marks = (" ", "-", "'", "’", "  ", " – ", ". ", "/", "\u00a0", " (", "«")
    names: dict[str, int] = {}
    for _ in range(60):
        name = chance.choice(syllables)
        for _part in range(chance.randrange(5)):
            name += chance.choice(marks) + chance.choice(syllables)
        names[name] = add("Organization", name=name)
    for name, id_ in names.items():
        words = [part for part in re.split(r"[^\w]+", name) if part]
        start = chance.randrange(len(words))
        for text in ("".join(words), "".join(words[start:]), "".join(words[start : start + 2])):
            ids = ids_by_name(db, schema(), "Organization", text, 200)
            assert id_ in ids, (name, text)


def test_titles_are_joined_at_marks_only(db: Any) -> None:
    id_ = add("UserRequest", title="L'accès à la presqu'île", description="x", org_id=1)

    def by_title(text: str) -> list[int]:
        return ids_by_words(db, schema(), "Ticket", ["title"], text, 5, newest=True)

    assert by_title("presquile") == by_title("lacces presqui") == [id_]
    assert by_title("lapresquile") == []


def test_joined_words_may_have_a_typing_error(db: Any) -> None:
    id_ = add("Person", first_name="Zora", name="O'Brien", org_id=1)
    columns = ["first_name", "name"]
    assert ids_by_words(db, schema(), "Person", columns, "obrein", 5, misspelt=True) == [id_]
    assert ids_by_words(db, schema(), "Person", columns, "zora obrein", 5, misspelt=True) == [id_]


def test_addresses_are_found_by_their_domain(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    id_ = add("Person", first_name="Z", name="Y", email="Zora.Y@Flu-FR.example.org", org_id=1)

    def by_address(text: str) -> list[int]:
        return ids_by_words(db, schema(), "Person", ["email"], text, 5)

    typed = ("@flu-fr.example.org", "@FLU", "zora.y@flu", "@example", "flu", "@zora", "fr.example")
    expected = [[id_]] * 3 + [[]] * 4
    assert [by_address(text) for text in typed] == expected
    with monkeypatch.context() as patch:
        patch.setattr(name_search, "_sees_little", lambda: True)
        assert [by_address(text) for text in typed] == expected
    objects.update("Person", id_, {"email": "z@other.example"}, author=None)
    assert (by_address("@flu"), by_address("@other.ex")) == ([], [id_])


def test_the_words_are_those_of_the_names_now(db: Any) -> None:
    objects.update("Person", 1, {"name": "King"}, author=None)
    assert (found("lovelace"), found("king")) == ([], [1])
    # Also when somebody writes beside the host.
    db.execute_sql("UPDATE contact SET first_name = 'Augusta' WHERE id = 1")
    assert (found("ada"), found("aug")) == ([], [1])
    db.execute_sql("UPDATE contact SET finalclass = 'Team' WHERE id = 1")
    assert (found("aug"), found("king", "Team")) == ([], [1])
    db.execute_sql("DELETE FROM contact WHERE id = 1")
    assert found("king", "Contact") == []
    # What is left is the organization's and the ticket's with this id.
    kept = db.execute_sql("SELECT class, word FROM name_word WHERE object_id = 1 ORDER BY 1, 2")
    assert [row[0] for row in kept.fetchall()] == ["Organization"] * 3 + ["UserRequest"]


def test_words_are_made_anew_as_the_triggers_keep_them(db: Any) -> None:
    def words() -> set[Any]:
        return set(db.execute_sql("SELECT * FROM name_word").fetchall())

    before = words()
    assert ("Person", "lovelace", 1) in {row[:3] for row in before}
    kept.install(db, schema())
    assert words() == before


def test_who_sees_few_or_many_organizations_finds_what_is_there_for_them(
    make_database: Callable[[str], Flask], database_url: str
) -> None:
    app = make_database(database_url)
    with app.app_context(), app.extensions["cti_host"].database.connection_context():
        top, other = add("Organization", name="Top"), add("Organization", name="Other")
        inside = add("Person", first_name="Ada", name="Inside", org_id=top)
        add("Person", first_name="Ada", name="Outside", org_id=other)
    with limited_to(app, top):
        assert found("ada") == [inside]
    with app.app_context(), app.extensions["cti_host"].database.connection_context():
        parts = [add("Organization", name=f"Part {n}", parent_id=top) for n in range(70)]
    with limited_to(app, top):
        assert found("ada") == [inside]
        assert found("inside ada") == [inside]
        assert found("other", "Organization") == []
        assert found("part 69", "Organization") == parts[-1:]
    with limited_to(app, other):
        assert found("inside") == []


# With many rows

CLASSES = ("Person", "Team", "Contact", "UserRequest", "Problem", "Change", "Organization")


def test_no_table_is_read_for_a_name(db: Any) -> None:
    for class_name in CLASSES:
        texts = ("lov", "jean martin", "a", "ann a", "j ma", "ann je")
        for text, joined in product(texts, (False, True)):
            words = text.split() if joined else ()
            sql, values = by_name_statement(db, schema(), class_name, text, 20, words)
            steps = steps_of(db, sql, values)
            assert "Seq Scan" not in steps, (sql, steps)
            assert not [line for line in steps.splitlines() if line.startswith("SCAN contact")]
            assert "name_word" in steps, (sql, steps)
            if is_postgresql(db) and text == "jean martin":
                # All with the other word at once, and not for each of many thousand people.
                assert "hashed SubPlan" in steps, (sql, steps)
            if text in ("j ma", "ann je") and class_name in ("Person", "Contact", "Organization"):
                # Of those with the one word it is known how their others begin: where many have
                # the other one, they are not read.
                assert "IN (SELECT object_id" not in sql
                assert "beside" in sql
                assert "hashed SubPlan" not in steps, (sql, steps)


def test_whether_words_may_be_joined_is_asked_of_the_index(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, Any]] = []
    execute = db.execute_sql

    def noted(sql: str, values: Any = None) -> Any:
        asked.append((sql, values))
        return execute(sql, values)

    for text, statements in (("dalembert jean", 3), ("lovelace ada", 2), ("q", 1)):
        asked.clear()
        with monkeypatch.context() as patch:
            patch.setattr(db, "execute_sql", noted)
            found(text)
        assert len(asked) == statements, asked
        for sql, values in list(asked):
            steps = steps_of(db, sql, values)
            assert "Seq Scan" not in steps, (sql, steps)
            assert "SCAN name_word" not in steps, (sql, steps)


def test_tickets_are_found_by_the_words_of_their_titles_alone(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, Any]] = []
    execute = db.execute_sql

    def noted(sql: str, values: Any = None) -> Any:
        asked.append((sql, values))
        return execute(sql, values)

    with monkeypatch.context() as patch:
        patch.setattr(db, "execute_sql", noted)
        ids = ids_by_words(db, schema(), "Ticket", ["title"], "tick", 2, newest=True)
        assert ids == [3, 2]
        assert ids_by_words(db, schema(), "Ticket", ["title"], "ticket 1", 2, newest=True) == [2]
    sql, values = asked[0]
    steps = steps_of(db, sql, values)
    assert "text_word" in steps
    # A thousand tickets that have the word may be in as many places of the disk.
    assert "ticket" not in steps.replace("ticket_", ""), (sql, steps)


@pytest.mark.parametrize("with_statistics", [False, True])
def test_no_table_is_read_for_a_class_without_objects(
    db: Any, make_many: Callable[[], None], *, with_statistics: bool
) -> None:
    make_many()
    if with_statistics:
        db.execute_sql("ANALYZE")
    for class_name in ("Team", "Problem", "Change", "Incident", "RoutineChange"):
        sql, values = any_ids_statement(schema(), class_name, 61)
        # A plan that PostgreSQL keeps must not depend on which class it is.
        assert not values
        steps = plain_steps_of(db, sql)
        assert "Seq Scan" not in steps, (sql, steps)
        assert "SCAN" not in steps, (sql, steps)


@pytest.fixture
def make_many() -> Callable[[], None]:
    """Write persons and user requests, so many that no plan reads all of them without need."""

    def make() -> None:
        execute: Any = database.obj.execute_sql
        numbers = (
            "generate_series(1, 5000) AS n(value)"
            if is_postgresql(database.obj)
            else "(WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n"
            " WHERE value < 5000) SELECT value FROM n) AS n"
        )
        for table, extra in (("contact", {"email": "'p' || n.value"}), ("ticket", {})):
            names = [c.name for c in database.obj.get_columns(table) if c.name != "id"]
            changed = {"ref": "'N-' || n.value", **extra}
            columns = ", ".join(f'"{name}"' for name in names)
            values = ", ".join(changed.get(name, f'one."{name}"') for name in names)
            kind = "Person" if table == "contact" else "UserRequest"
            execute(
                f"INSERT INTO {table} ({columns}) SELECT {values} FROM {numbers},"  # noqa: S608
                f" (SELECT * FROM {table} WHERE finalclass = '{kind}' LIMIT 1) AS one"
            )

    return make


def plain_steps_of(db: Any, sql: str, values: Any = ()) -> str:
    """The steps that a database takes for a statement."""
    if not is_postgresql(db):
        rows = db.execute_sql(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
        return "\n".join(row[3] for row in rows)
    return "\n".join(row[0] for row in db.execute_sql(f"EXPLAIN {sql}", values).fetchall())


def steps_of(db: Any, sql: str, values: Any) -> str:
    """The steps for a statement when there are many rows."""
    if not is_postgresql(db):
        return plain_steps_of(db, sql, values)
    with db.atomic():
        for way in ("seqscan", "sort", "bitmapscan"):
            db.execute_sql(f"SET LOCAL enable_{way} = off")
        return plain_steps_of(db, sql, values)
