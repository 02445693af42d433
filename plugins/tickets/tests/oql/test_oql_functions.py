"""`cti-host db upgrade` gives a database the functions of the installed version of the language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from inspect import signature
from typing import Any

import peewee
import pytest
from cti_oql import Oql, OqlError, fold, functions_model, install_functions
from cti_oql.functions.postgresql import statements
from cti_oql.functions.registry import FUNCTIONS
from cti_oql.functions.sqlite import SQL_FUNCTIONS
from cti_oql.running import rows

from cti_host import Host
from cti_host.databases import migrate
from cti_host.testing import MakeHost

# What PostgreSQL has by itself, in another writing, so that queries call nothing of ours there.
OF_POSTGRESQL = {"cti_decimal_text", "cti_to_local"}
KING = "SELECT Organization WHERE name = 'KING'"


@pytest.fixture
def host(make_host: MakeHost, database_url: str) -> Iterator[Host]:
    """A host with the tables of *tickets*, on each kind of database; its context is pushed."""
    running = make_host(plugins=["tickets"], database=database_url)
    with running.app.app_context(), running.host.database.connection_context():
        execute(running.host.database, "INSERT INTO organization (name) VALUES ('King')")
        yield running.host


def execute(database: Any, sql: str) -> None:
    database.execute_sql(sql)


def as_by_an_earlier_version(database: Any) -> None:
    """Leave the database as one whose functions compare texts as they are written."""
    table = functions_model(database)._meta.table_name
    execute(database, f"ALTER TABLE {table} RENAME TO oql_functions_earlier")
    if isinstance(database, peewee.PostgresqlDatabase):
        execute(
            database,
            "CREATE OR REPLACE FUNCTION cti_fold(value text) RETURNS text LANGUAGE sql"
            " IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT value'",
        )
        execute(database, "REINDEX INDEX organization_name_folded")
        return
    with_function(database, lambda text: text)
    execute(database, "REINDEX organization_name_folded")
    with_function(database, fold)


def with_function(database: Any, function: Callable[[str | None], str | None]) -> None:
    database.connection().create_function("cti_fold", 1, function, deterministic=True)


def found(host: Host, text: str) -> int:
    tickets: Any = next(plugin.instance for plugin in host.plugins if plugin.name == "tickets")
    return len(tickets.oql.ids(host.database, text, {}))


def test_functions_that_have_changed_are_pending_until_the_database_is_upgraded(
    host: Host,
) -> None:
    assert found(host, KING) == 1
    assert migrate.pending(host) == []
    as_by_an_earlier_version(host.database)
    assert found(host, KING) == 0
    (name,) = migrate.pending(host)
    # What is kept of names goes by the functions, too.
    execute(host.database, "UPDATE name_word SET word = 'KING'")
    assert migrate.upgrade(host) == [name]
    assert found(host, KING) == 1
    assert [row[0] for row in rows(host.database, "SELECT word FROM name_word", ())] == ["king"]
    assert migrate.pending(host) == []
    assert "oql_functions_earlier" not in host.database.get_tables()


def test_what_is_installed_is_left_alone(host: Host) -> None:
    assert not install_functions(host.database)
    assert migrate.upgrade(host) == []


def test_a_database_of_the_time_before_is_upgraded_too(host: Host) -> None:
    table = functions_model(host.database)._meta.table_name
    execute(host.database, f"DROP TABLE {table}")
    assert len(migrate.upgrade(host)) == 1
    assert found(host, KING) == 1


def test_postgresql_has_a_twin_of_each_function_of_sqlite() -> None:
    twins = {
        (name, arguments.count(",") + 1)
        for statement in statements()
        for name, arguments in re.findall(r"FUNCTION (\w+)\(([^)]*)\)", statement)
    }
    wanted = {
        (name, len(signature(function).parameters))
        for name, function in SQL_FUNCTIONS.items()
        if name not in OF_POSTGRESQL
    }
    assert wanted <= twins


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_takes_as_many_arguments_as_it_declares(oql: Oql, name: str) -> None:
    function = FUNCTIONS[name]
    interval = "INTERVAL" in function.usage
    most = 5 if function.most is None else function.most
    for number in range(most + 2):
        arguments = ["1"] * number
        if interval and number == 2:
            arguments[1] = "INTERVAL 1 DAY"
        text = f"SELECT Person WHERE {name}({', '.join(arguments)}) = 1"
        takes = number >= function.fewest and (function.most is None or number <= most)
        if takes:
            oql.statement(text, {}, postgresql=True)
        else:
            with pytest.raises(OqlError, match=rf"{name} takes \d.* arguments?, not {number}"):
                oql.statement(text, {}, postgresql=True)
