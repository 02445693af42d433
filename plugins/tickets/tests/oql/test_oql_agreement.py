"""Whatever is asked, both databases answer the same; and the functions of both are the same."""

from __future__ import annotations

from typing import Any

from cti_oql import Oql, OqlRunError
from hypothesis import example, given, settings
from hypothesis import strategies as st

MANY = settings(deadline=None, max_examples=300)

TEXTS = st.sampled_from(
    [
        "",
        "a",
        "Doe",
        "mönét",
        "o'neil",
        "100%",
        "7",
        "6abc",
        "-3.5",
        "2031-05-01",
        "12:30",
        "x_y",
        "2031-05-01 10:00:00",
        "2031/5/1",
        "20310501",
        "tomorrow",
        "2031-5-1T9",
        "310501",
        "20310501120000",
        "2031-05-01 x",
        "2031-02-30",
        "2031-05-00",
        "2031-00-07 10:00:00",
        "9999-12-31",
        "127.0.0.1",
        "Straße",
        " z ",
    ]
)
NUMBERS = st.integers(-9, 40) | st.sampled_from([255, 65_536, 2_130_706_433, 738_000])
LITERALS = st.one_of(
    NUMBERS.map(str),
    TEXTS.map(lambda text: "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"),
    st.just("NULL"),
    st.sampled_from([":text", ":number", ":nothing"]),
)
FIELDS = st.sampled_from(
    [
        "id",
        "name",
        "first_name",
        "status",
        "org_id",
        "location_id",
        "manager_id",
        "org_name",
        "location_name",
        "friendlyname",
        "manager_id_friendlyname",
        "finalclass",
        "phone",
        "email",
        "obsolescence_flag",
        "location_id_obsolescence_flag",
        "notify",
    ]
)
TICKET_FIELDS = st.sampled_from(
    [
        "id",
        "title",
        "status",
        "priority",
        "start_date",
        "due",
        "time_spent",
        "escalated",
        "ref",
        "caller_id",
        "caller_name",
        "caller_id_friendlyname",
        "private_log",
        "org_name",
    ]
)
UNITS = st.sampled_from(["SECOND", "MINUTE", "HOUR", "DAY", "MONTH", "YEAR"])
OPERATORS = st.sampled_from(
    [
        "=",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "+",
        "-",
        "*",
        "/",
        "&",
        "|",
        "^",
        "<<",
        ">>",
        "AND",
        "OR",
        "LIKE",
        "NOT LIKE",
    ]
)
ONE = ("ISNULL", "TRIM", "DATE", "TIME", "YEAR", "MONTH", "DAY", "TO_DAYS", "FROM_DAYS", "ROUND")


def expressions(fields: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Expressions of any kind, in parentheses where several operators meet."""

    def above(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        pair = st.tuples(inner, inner)
        return st.one_of(
            st.tuples(inner, OPERATORS, inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
            st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} IN ({t[1]}, {t[2]}))"),
            st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} NOT IN ({t[1]}, {t[2]}))"),
            st.tuples(st.sampled_from(ONE), inner).map(lambda t: f"{t[0]}({t[1]})"),
            st.tuples(inner, inner, inner).map(lambda t: f"IF({t[0]}, {t[1]}, {t[2]})"),
            pair.map(lambda t: f"COALESCE({t[0]}, {t[1]})"),
            pair.map(lambda t: f"CONCAT({t[0]}, {t[1]})"),
            pair.map(lambda t: f"SUBSTR({t[0]}, {t[1]})"),
            pair.map(lambda t: f"DATE_FORMAT({t[0]}, {t[1]})"),
            pair.map(lambda t: f"ELT({t[0]}, {t[1]}, 'b')"),
            st.tuples(inner, inner, UNITS).map(
                lambda t: f"DATE_ADD({t[0]}, INTERVAL {t[1]} {t[2]})"
            ),
            st.tuples(inner, inner, UNITS).map(
                lambda t: f"DATE_SUB({t[0]}, INTERVAL {t[1]} {t[2]})"
            ),
        )

    return st.recursive(LITERALS | fields, above, max_leaves=8)


PARAMETERS: dict[str, Any] = {"text": "1%_x", "number": 3, "nothing": None}


def answers(oql: Oql, database: Any, text: str) -> Any:
    """What a database answers, or that it can't calculate it."""
    with database.atomic() as transaction:
        try:
            return oql.ids(database, text, PARAMETERS)
        except OqlRunError as error:
            transaction.rollback()
            return str(error) if "database" not in str(error) else "can't calculate"


@MANY
@given(condition=expressions(FIELDS))
@example("(name LIKE CONCAT(:text, '%'))")
def test_persons_are_the_same_on_both_databases(
    oql: Oql, sqlite: Any, postgresql: Any, condition: str
) -> None:
    text = f"SELECT Person WHERE {condition}"
    assert answers(oql, sqlite, text) == answers(oql, postgresql, text)


@MANY
@given(condition=expressions(TICKET_FIELDS))
def test_tickets_are_the_same_on_both_databases(
    oql_in_paris: Oql, sqlite: Any, postgresql: Any, condition: str
) -> None:
    text = f"SELECT UserRequest WHERE {condition}"
    assert answers(oql_in_paris, sqlite, text) == answers(oql_in_paris, postgresql, text)
