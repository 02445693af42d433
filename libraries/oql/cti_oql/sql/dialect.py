"""The differences between the two databases, all of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from cti_oql.fragments import Sql, compose
from cti_oql.functions import moments
from cti_oql.parameters import Scalar, to_text


@dataclass(frozen=True)
class Dialect:
    """How one of the databases writes things.

    :param zone: the time zone of the site ("Europe/Paris"); moments are stored in UTC
    """

    postgresql: bool
    zone: str = "UTC"

    @property
    def placeholder(self) -> str:
        """Stands for one bound value."""
        return "%s" if self.postgresql else "?"

    @property
    def by_code_point(self) -> str:
        """Makes texts compare by code points, as SQLite does of itself."""
        return ' COLLATE "C"' if self.postgresql else ""

    @property
    def lists_hierarchies(self) -> bool:
        """Whether an id is looked for in the list that a recursive query makes, without a join.

        SQLite expects a recursive query to be large, so in a join it reads all of the other table.
        """
        return not self.postgresql

    @property
    def stores_lists(self) -> bool:
        """Whether the values of a list are first put into a table.

        That takes SQLite longer than a number is looked for in two indexes.
        """
        return not self.postgresql

    def folded(self, text: Sql) -> Sql:
        """The form of a text in which it is compared; an index has the same expression."""
        return compose(f"cti_fold({{}}){self.by_code_point}", text)

    def folded_like(self, text: Sql) -> Sql:
        """The form of a text in which LIKE compares it."""
        if " " in text.text:
            return compose(f"cti_like({{}}){self.by_code_point}", text)
        # No index has this form, and most texts are ASCII: those need no function of ours. What is
        # calculated is rather calculated once than several times.
        size = "octet_length({0})" if self.postgresql else "length(CAST({0} AS BLOB))"
        template = f"(CASE WHEN {size} = length({{0}}) THEN {{1}} ELSE cti_like({{0}}) END)"
        lower = self.lower(text)
        return Sql(template.format(text.text, lower.text) + self.by_code_point)

    def nearly_always(self, condition: Sql) -> Sql:
        """A condition that is nearly always true, and never unknown.

        PostgreSQL would expect it to be true for a small part of the rows.
        """
        return compose("COALESCE({}, 1 = 1)", condition) if self.postgresql else condition

    def lower(self, text: Sql) -> Sql:
        """A text with small letters in place of the capitals of ASCII."""
        return compose(f"lower({{}}{self.by_code_point})", text)

    def condition_as_number(self, condition: Sql) -> Sql:
        """A condition as 1, 0 or NULL."""
        return compose("CAST({} AS INTEGER)", condition) if self.postgresql else condition

    def decimal_text(self, number: Sql) -> Sql:
        """A number with four decimals, as text."""
        if self.postgresql:
            return compose("CAST(round(CAST({} AS NUMERIC), 4) AS TEXT)", number)
        return compose("cti_decimal_text({})", number)

    def search(self, text: Sql, pattern: Sql) -> Sql:
        """That a regular expression finds something in a text."""
        return compose("({} ~* {})" if self.postgresql else "cti_regexp({}, {})", text, pattern)

    def day_text(self, column: str) -> str:
        """A column that holds a day, as text."""
        return f"to_char({column}, 'YYYY-MM-DD')" if self.postgresql else column

    def moment_text(self, column: str) -> str:
        """A column that holds a moment, as text in the site's time zone."""
        if not self.postgresql:
            return column if self.zone == "UTC" else f"cti_to_local({column}, '{self.zone}')"
        if self.zone != "UTC":
            column = f"({column} AT TIME ZONE 'UTC' AT TIME ZONE '{self.zone}')"
        return f"to_char({column}, 'YYYY-MM-DD HH24:MI:SS')"

    def stored_moment(self, text: Sql) -> Sql:
        """A text that is a moment in the site's time zone, as a column of moments holds it."""
        return compose(f"cti_to_utc({{}}, '{self.zone}')", text)

    def moment_value(self, value: Scalar, *, date_only: bool) -> object:
        """A value as a column of days or moments compares with it.

        What is not a moment comes before all of them.

        :param date_only: whether the column holds days
        """
        text = to_text(value)
        if text is None:
            return None
        local = moments.place_of(text)
        if local is None:
            return datetime.min if self.postgresql else moments.ZERO
        if not date_only:
            local = moments.utc(local, self.zone)
        elif local.time() == time():
            return local.date() if self.postgresql else str(local.date())
        return local if self.postgresql else str(local)

    def entries_text(self, ticket: str, attribute: str) -> str:
        """The entries of a log as one text, newest first, each below a line with its author."""
        moment = self.moment_text('"created"')
        entry = (
            f"'========== ' || {moment} || ' : ' || author || ' ('"
            " || COALESCE(CAST(author_contact_id AS TEXT), '0')"
            f" || ') ============' || {self.line_feed} || text || {self.line_feed}"
        )
        gathered = (
            f"string_agg({entry}, '' ORDER BY \"created\" DESC, id DESC)"
            if self.postgresql
            else f"group_concat({entry}, '')"
        )
        rows = (
            f"(SELECT * FROM log_entry WHERE ticket_id = {ticket} AND attribute = {attribute}"  # noqa: S608 -- names only
            ' ORDER BY "created" DESC, id DESC) AS entries'
        )
        return f"COALESCE((SELECT {gathered} FROM {rows}), '')"  # noqa: S608 -- names only

    @property
    def line_feed(self) -> str:
        """The end of a line, as a text."""
        return "chr(10)" if self.postgresql else "char(10)"

    def name(self, *parts: str) -> str:
        """A quoted name: a table, or an alias and its column."""
        return self._escaped(".".join('"' + part.replace('"', '""') + '"' for part in parts))

    def text(self, value: str) -> str:
        """A text that is part of the statement: only for names from the classes, never input."""
        return self._escaped("'" + value.replace("'", "''") + "'")

    def _escaped(self, text: str) -> str:
        return text.replace("%", "%%") if self.postgresql else text
