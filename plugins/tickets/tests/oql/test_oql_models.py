"""A schema made of peewee models: what their fields become, and that both databases answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import peewee
import pytest
from cti_oql import (
    Kind,
    Oql,
    OqlModelError,
    UnsuitableModel,
    class_of,
    install_functions,
    register_functions,
    schema_of,
)
from playhouse.db_url import connect


class Place(peewee.Model):
    label = peewee.CharField()
    above = peewee.ForeignKeyField("self", null=True)


class Event(peewee.Model):
    title = peewee.TextField()
    state = peewee.CharField(choices=[("open", "Open"), ("over", "Over")])
    place = peewee.ForeignKeyField(Place, null=True, column_name="place")
    starts = peewee.DateTimeField()
    day = peewee.DateField(null=True)
    public = peewee.BooleanField(default=False)
    guests = peewee.IntegerField(null=True)
    price = peewee.DecimalField(null=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """Places and events, on each kind of database."""
    if request.param == "sqlite":
        database: Any = peewee.SqliteDatabase(str(tmp_path / "events.db"))
        register_functions(database)
    else:
        database = connect(request.getfixturevalue("postgres_url"), prefer_psycopg3=True)
    with database.bind_ctx([Place, Event]):
        install_functions(database)
        database.create_tables([Place, Event])
        france = Place.create(label="France")
        lyon = Place.create(label="Lyon", above=france)
        at = dt.datetime(2031, 5, 1, 10, 0)
        Event.create(title="Fair", state="open", place=lyon, starts=at, public=True, guests=40)
        Event.create(title="Audit", state="over", starts=at, day=at.date())
        yield database
    database.close()


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("SELECT Event", [2, 1]),
        ("SELECT Event WHERE title LIKE 'fa%' AND state = 'OPEN'", [1]),
        ("SELECT Event WHERE public = 1", [1]),
        ("SELECT Event WHERE public", [1]),
        ("SELECT Event WHERE public != 1", [2]),
        ("SELECT Event WHERE guests > 39", [1]),
        ("SELECT Event WHERE starts >= '2031-05-01' AND day = '2031-05-01'", [2]),
        ("SELECT Event WHERE place = 0", [2]),
        ("SELECT Event WHERE place_friendlyname = 'lyon'", [1]),
        ("SELECT Event AS e JOIN Place AS p ON e.place = p.id WHERE p.label = 'Lyon'", [1]),
        (
            "SELECT Event AS e JOIN Place AS p ON e.place = p.id"
            " JOIN Place AS top ON p.above_id BELOW STRICT top.id WHERE top.label = 'France'",
            [1],
        ),
    ],
)
def test_a_query_finds_rows_of_the_models(filled: Any, text: str, ids: list[int]) -> None:
    oql = Oql(schema_of([Place, Event]))
    assert oql.ids(filled, text, {}) == [("Event", identifier) for identifier in ids]


def test_a_field_becomes_what_it_looks_like() -> None:
    attributes = class_of(Event).attributes
    assert {code: each.kind for code, each in attributes.items()} == {
        "title": Kind.TEXT,
        "state": Kind.ENUM,
        "place": Kind.KEY,
        "starts": Kind.DATETIME,
        "day": Kind.DATE,
        "public": Kind.BOOLEAN,
        "guests": Kind.INTEGER,
    }
    assert attributes["state"].values == ("open", "over")
    assert (attributes["place"].target, attributes["place"].mandatory) == ("Place", False)
    assert class_of(Place).attributes["above_id"].hierarchical


def test_what_has_no_place_in_a_query_is_not_there() -> None:
    with pytest.raises(OqlModelError, match="there is no attribute price on Event"):
        Oql(schema_of([Event])).resolve("SELECT Event WHERE price = 1")


def test_objects_come_in_the_order_of_their_class(filled: Any) -> None:
    oql = Oql(schema_of([Place, class_of(Event, order="-guests")]))
    assert oql.ids(filled, "SELECT Event", {}) == [("Event", 1), ("Event", 2)]


class Tag(peewee.Model):
    code = peewee.CharField(primary_key=True)


class Pair(peewee.Model):
    one = peewee.IntegerField()
    other = peewee.IntegerField()

    class Meta:
        primary_key = peewee.CompositeKey("one", "other")


@pytest.mark.parametrize("model", [Tag, Pair])
def test_a_class_needs_an_id(model: type[peewee.Model]) -> None:
    with pytest.raises(UnsuitableModel, match=f"{model.__name__} needs an integer"):
        schema_of([model])


@pytest.mark.parametrize(
    "options",
    [{"order": "-date"}, {"friendlyname": ("date",)}, {"obsolete": ("date", "over")},
     {"indexed": ("date",)}],
)  # fmt: skip
def test_an_option_that_names_no_attribute_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UnsuitableModel, match="Event has no attribute date; it has title, state"):
        class_of(Event, **options)


def test_a_model_without_texts_is_named_by_its_id(filled: Any) -> None:
    class Visit(peewee.Model):
        event = peewee.ForeignKeyField(Event)

    with filled.bind_ctx([Visit]):
        filled.create_tables([Visit])
        Visit.create(event=1)
        oql = Oql(schema_of([Place, Event, Visit]))
        assert oql.ids(filled, "SELECT Visit WHERE friendlyname = '1'", {}) == [("Visit", 1)]
