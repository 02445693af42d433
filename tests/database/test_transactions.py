"""Statements that run with the commit, and statements that nobody waits for, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

import peewee
import pytest

from cti_host import database, is_postgresql, pipelined, postponed, with_commit, writing
from cti_host.databases.connection import execute_many
from cti_host.testing import MakeHost

INSERT = "INSERT INTO told (number) VALUES ({})"


@pytest.fixture(params=["sqlite", "postgresql"])
def numbers(make_host: MakeHost, request: pytest.FixtureRequest) -> Iterator[None]:
    """A table of numbers, each once, in a database that is open."""
    postgresql = request.param == "postgresql"
    urls = {"database": request.getfixturevalue("postgres_url")} if postgresql else {}
    host = make_host(plugins=[], sign_in=False, **urls)
    with host.app.app_context(), host.host.database.connection_context():
        database.execute_sql("CREATE TABLE told (number INTEGER PRIMARY KEY)")
        yield


def told() -> list[int]:
    rows: Any = database.execute_sql("SELECT number FROM told ORDER BY number").fetchall()
    return [number for (number,) in rows]


def say(number: int) -> None:
    database.execute_sql(INSERT.format(number))


def say_with_commit(number: int) -> None:
    with_commit(INSERT.format(number))


def say_as_a_row(number: int) -> None:
    with_commit("INSERT INTO told (number) VALUES {rows}", row=[number])


def say_postponed(number: int) -> None:
    postponed(INSERT.format(number))


@pytest.mark.usefixtures("numbers")
def test_what_runs_with_the_commit_is_committed_with_the_rest() -> None:
    with writing():
        say_with_commit(2)
        say(1)
    assert told() == [1, 2]
    say_with_commit(3)  # outside of transactions: at once
    assert told() == [1, 2, 3]


@pytest.mark.usefixtures("numbers")
def test_it_is_not_run_where_the_transaction_or_its_part_is_rolled_back() -> None:
    with writing():
        say_with_commit(1)
        with database.atomic() as part:
            say_with_commit(2)
            part.rollback()
        leave(writing(), lambda: say_with_commit(3))
        say_with_commit(4)
    leave(writing(), lambda: say_with_commit(5))
    with writing():
        say(6)
    assert told() == [1, 4, 6]


@pytest.mark.usefixtures("numbers")
@pytest.mark.parametrize("around", [writing, pipelined])
def test_if_it_fails_so_does_the_transaction(around: Any) -> None:
    say(1)
    with pytest.raises(peewee.IntegrityError):
        twice(around, say, say_with_commit)
    assert told() == [1]
    with writing():
        say(3)
    assert told() == [1, 3]


@pytest.mark.usefixtures("numbers")
def test_rows_of_one_statement_are_committed_or_rolled_back_each_with_its_part() -> None:
    say_as_a_row(1)  # outside of transactions: at once
    with writing():
        say_as_a_row(2)
        leave(writing(), lambda: say_as_a_row(3))
        say_as_a_row(4)
        say_with_commit(5)
    assert told() == [1, 2, 4, 5]


@pytest.mark.usefixtures("numbers")
@pytest.mark.parametrize("around", [nullcontext, pipelined])
def test_what_is_postponed_is_seen_by_whatever_is_run_after_it(around: Any) -> None:
    say_postponed(1)  # outside of transactions: at once
    assert told() == [1]
    with around(), writing():
        say_postponed(2)
        say_postponed(3)
        assert told() == [1, 2, 3]
        say_postponed(4)
        database.execute_sql("UPDATE told SET number = 5 WHERE number = 4")
        execute_many("DELETE FROM told WHERE number = 1", [()])
        say_postponed(6)
    assert told() == [2, 3, 5, 6]


@pytest.mark.usefixtures("numbers")
@pytest.mark.parametrize("around", [nullcontext, pipelined])
def test_what_is_postponed_is_rolled_back_with_its_part_or_its_transaction(around: Any) -> None:
    with around():
        leave(writing(), lambda: say_postponed(1))
    with writing():
        say_postponed(2)
        leave(writing(), lambda: say_postponed(3))
        say_postponed(4)
    with pytest.raises(peewee.IntegrityError):
        twice(around, say_postponed, say_postponed, 2)
    with around(), writing():
        say(6)
    assert told() == [2, 4, 6]


@pytest.mark.usefixtures("numbers")
def test_a_part_fails_with_what_was_postponed_in_it_and_nothing_else() -> None:
    with writing():
        say_postponed(1)
        with suppress(peewee.IntegrityError), writing():
            say_postponed(2)
            say_postponed(1)
        say_postponed(3)
    assert told() == [1, 3]


@pytest.mark.usefixtures("numbers")
def test_results_are_read_among_statements_that_nobody_waits_for() -> None:
    with pipelined(), writing():
        say(1)
        say(2)
        assert told() == [1, 2]
        say_with_commit(3)
    with pipelined():
        say(4)
    assert told() == [1, 2, 3, 4]


@pytest.mark.usefixtures("numbers")
def test_an_error_among_them_undoes_the_transaction_and_nothing_else() -> None:
    say(1)
    with pytest.raises(peewee.IntegrityError):
        twice(pipelined, say, say)
    with pipelined():
        leave(writing(), lambda: say(3))
    with pipelined(), writing():
        say(4)
    assert told() == [1, 4]


def leave(part: Any, work: Callable[[], None]) -> None:
    """Begin a part of a transaction, and leave it with an error."""
    with suppress(LookupError), part:
        work()
        raise LookupError


def twice(
    around: Callable[[], Any],
    first: Callable[[int], None],
    again: Callable[[int], None],
    said: int = 1,
) -> None:
    """A transaction that says what was said before."""
    with around(), writing():
        first(11)
        again(said)
        first(12)


@pytest.mark.usefixtures("numbers")
def test_a_transaction_may_run_nothing_or_fail_with_its_first_statement() -> None:
    with writing():
        pass
    leave(writing(), lambda: None)
    say(1)
    with pytest.raises(peewee.IntegrityError), writing():
        database.execute_sql(f"{INSERT.format(_mark())}", (1,))
    with writing():
        database.execute_sql(f"{INSERT.format(_mark())}", (2,))
        leave(writing(), lambda: say(3))
    assert told() == [1, 2]


def test_a_connection_that_a_transaction_opens_is_in_it(
    make_host: MakeHost, postgres_url: str
) -> None:
    host = make_host(plugins=[], sign_in=False, database=postgres_url)
    with host.app.app_context():
        with host.host.database.connection_context():
            database.execute_sql("CREATE TABLE told (number INTEGER PRIMARY KEY)")
        leave(writing(), lambda: say(1))
        host.host.database.close()
        with writing():
            say(2)
        assert told() == [2]
        host.host.database.close()


def test_beginning_and_ending_cost_no_exchange_with_postgresql_of_their_own(
    make_host: MakeHost, postgres_url: str, tmp_path: Path
) -> None:
    host = make_host(plugins=[], sign_in=False, database=postgres_url)
    with host.app.app_context(), host.host.database.connection_context():
        database.execute_sql("CREATE TABLE told (number INTEGER PRIMARY KEY)")

        def one() -> None:
            with writing():
                database.execute_sql(INSERT.format("%s"), (1,))
                database.execute_sql("UPDATE told SET number = %s WHERE number = %s", (2, 1))
                postponed("DELETE FROM told WHERE number = %s", (2,))

        def nothing() -> None:
            with writing():
                pass

        assert exchanges(tmp_path / "trace", one) == 3
        assert exchanges(tmp_path / "nothing", nothing) == 0
        assert told() == []


def exchanges(log: Path, act: Callable[[], None]) -> int:
    """How often PostgreSQL was asked for an answer."""
    connection: Any = database.connection()
    with log.open("w") as file:
        connection.pgconn.trace(file.fileno())
        try:
            act()
        finally:
            connection.pgconn.untrace()
    sent = [line.split("\t") for line in log.read_text().splitlines()]
    return sum(kind in ("Sync", "Query") for _at, side, _size, kind, *_ in sent if side == "F")


def _mark() -> str:
    return "%s" if is_postgresql(database.obj) else "?"
