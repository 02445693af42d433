"""The schema, the tables and the SQL function agree with the models."""

from __future__ import annotations

import pytest
from cti_oql.functions.fold import fold
from cti_oql.schema import Kind
from cti_tickets.model.classes.registry import MODELS, Organization
from cti_tickets.model.data_model import schema, schema_of
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from cti_host import Localised, current_host, database, is_postgresql


def columns_of(table: str) -> dict[str, tuple[str, bool]]:
    return {c.name: (c.data_type.upper(), c.null) for c in database.get_columns(table)}


def test_the_migrated_tables_have_the_columns_of_the_models(db_app: Flask) -> None:
    # Made from the models in a second place, the tables must look the same.
    expected: dict[str, set[str]] = {}
    for model in MODELS:
        meta = model._meta
        expected.setdefault(meta.table_name, set()).update(
            field.column_name for field in meta.sorted_fields
        )
    assert {table: set(columns_of(table)) for table in expected} == expected


def test_the_columns_have_the_types_of_the_models(db_app: Flask) -> None:
    for model in MODELS:
        meta = model._meta
        found = columns_of(meta.table_name)
        context = current_host().database.get_sql_context()
        for field in meta.sorted_fields:
            declared = field.ddl_datatype(context).sql.upper()
            declared = {"SERIAL": "INTEGER", "BIGSERIAL": "BIGINT"}.get(declared, declared)
            stored, null = found[field.column_name]
            stored = {
                "CHARACTER VARYING": "VARCHAR(255)",
                "TIMESTAMP WITHOUT TIME ZONE": "TIMESTAMP",
            }.get(stored, stored)
            assert (field.column_name, stored) == (field.column_name, declared)
            assert (field.column_name, null) == (field.column_name, field.null)


def test_keys_and_external_fields_lead_to_attributes_that_exist() -> None:
    for definition in schema():
        for attribute in definition.attributes.values():
            if attribute.kind is Kind.KEY:
                assert attribute.target in schema()
            if attribute.kind is Kind.EXTERNAL:
                target = schema()[definition.attributes[attribute.via].target]
                assert attribute.target_attribute in target.attributes
            if attribute.kind is Kind.SET and attribute.target:
                key = schema()[attribute.target].attributes[attribute.via]
                assert key.kind is Kind.KEY
                assert schema().is_a(definition.name, key.target) or schema().is_a(
                    key.target, definition.name
                )
        codes = [code.removesuffix("_friendlyname") for code in definition.friendlyname]
        for code in (*definition.form, *codes):
            assert code in definition.attributes
        for code in definition.reconciliation:
            assert code == "finalclass" or code in definition.attributes
        if definition.obsolete:
            code, value = definition.obsolete
            assert value in definition.attributes[code].values
        order = definition.order.removeprefix("-")
        assert order == "friendlyname" or order in definition.attributes


def test_children_inherit_and_keep_the_target_of_a_key_to_the_parent() -> None:
    assert schema().ancestors("NormalChange") == [
        "NormalChange",
        "ApprovedChange",
        "Change",
        "Ticket",
    ]
    assert schema()["NormalChange"].attributes["parent_id"].target == "Change"
    assert schema()["Person"].attributes["org_id"].column == "org_id"
    assert schema()["Person"].attributes["mobile_phone"].number_column == "mobile_phone_e164"
    assert schema()["UserRequest"].table == schema()["Ticket"].table
    assert schema().concrete("Change") == ["RoutineChange", "NormalChange", "EmergencyChange"]
    assert "status" not in schema()["Ticket"].attributes


def languages(label: object) -> set[str]:
    assert isinstance(label, Localised)
    return set(label.texts)


def test_every_label_is_there_in_both_languages() -> None:
    for definition in schema():
        labels = [definition.label]
        for attribute in definition.attributes.values():
            labels += [attribute.label, *attribute.values.values()]
        assert all(languages(label) == {"en", "fr"} for label in labels)


def test_a_model_that_says_nothing_of_itself_is_no_class() -> None:
    assert [c.name for c in schema_of([Organization, MODELS[-1]])] == ["Organization"]


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co"], max_codepoint=0x24F)
    | st.characters(min_codepoint=0x370, max_codepoint=0x4FF, categories=["Lu", "Ll", "Mn"])
)


@settings(
    max_examples=150,
    deadline=None,
)
@given(text=TEXTS)
def test_cti_fold_is_the_same_in_sql_as_in_python(db_app: Flask, text: str) -> None:
    mark = "%s" if is_postgresql(database.obj) else "?"
    cast = "::text" if is_postgresql(database.obj) else ""
    (folded,) = database.execute_sql(f"SELECT cti_fold({mark}{cast})", (text,)).fetchone()
    assert folded == fold(text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("MONET ", "monet"),
        ("François d'Estaing", "francois d'estaing"),
        ("Jürgen Weiß", "jurgen weiss"),
        ("Œuvre", "oeuvre"),
        ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
        ("ﬁn №1", "fin no1"),
        ("", ""),
    ],
)
def test_cti_fold_takes_case_and_accents_away(db_app: Flask, text: str, folded: str) -> None:
    mark = "%s::text" if is_postgresql(database.obj) else "?"
    sql = f"SELECT cti_fold({mark}), cti_fold({mark})"
    one, other = database.execute_sql(sql, (text, folded)).fetchone()
    assert one == other


def test_cti_fold_leaves_nothing_nothing(db_app: Flask) -> None:
    assert database.execute_sql("SELECT cti_fold(NULL)").fetchone() == (None,)
