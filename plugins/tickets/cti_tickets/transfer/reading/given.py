"""What a record of a file says of an object: values to validate, logs, and what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cti_oql.functions.fold import fold
from cti_oql.schema import Kind
from flask_babel import gettext as _

from cti_tickets.model.data_model import schema
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.store.values import BadValue, Raw
from cti_tickets.transfer.reading.header import ARROW
from cti_tickets.transfer.reading.log_parsing import GivenLog, from_cell, given_log, without_authors
from cti_tickets.transfer.reading.records import Named, Record

# Derived from other values, for every class and for each key: iTop's exports have them too.
_DERIVED = ("friendlyname", "finalclass", "obsolescence_flag")
_DERIVED_OF_KEY = ("_friendlyname", "_obsolescence_flag", "_finalclass_recall")


@dataclass
class Given:
    """The values of a record by attribute, a `BadValue` for what is none, and its logs."""

    values: dict[str, Raw] = field(default_factory=dict)
    logs: dict[str, GivenLog] = field(default_factory=dict)

    def has(self, code: str) -> bool:
        """Whether a value was given that isn't empty."""
        return self.values.get(code) not in (None, "")


class GivenReader:
    """Reads records.

    :param ignore_unknown: whether attributes that this host doesn't know are left out
    :param ignored: counts what is left out, as "Class.code"
    :param id_of: finds the object that a key leads to by its name
    """

    def __init__(
        self,
        ignore_unknown: bool,
        ignored: Counter[str],
        id_of: Callable[[Attribute, str | Named], int],
    ) -> None:
        self._ignore_unknown, self._ignored, self._id_of = ignore_unknown, ignored, id_of
        self._derived: dict[str, frozenset[str]] = {}
        self._kin: dict[str, frozenset[str]] = {}

    def read(self, record: Record, definition: ClassDef, to_empty: Mapping[str, str]) -> Given:
        """The values and logs of a record.

        :param to_empty: the keys to leave empty, and the logs whose authors are no persons here
        """
        given = Given()
        derived = self._derived_of(definition)
        for code, value in record.fields.items():
            attribute = definition.attributes.get(code)
            if attribute is None or code in derived:
                if not self._is_left_out(record, definition, code, value):
                    given.values[code] = None  # refused: there is no such attribute
                continue
            try:
                if attribute.kind is Kind.LOG:
                    value = from_cell(value) if record.table_class else value
                    given.logs[code] = given_log(attribute, value, record.zone)
                elif attribute.stored:
                    given.values[code] = self._raw(record, attribute, value)
                else:  # a second code of a value, whose own code counts more
                    given.values.setdefault(attribute.column, self._raw(record, attribute, value))
            except BadValue as error:
                given.values[code] = error
        for code in to_empty:
            if code in given.logs:
                given.logs[code] = without_authors(given.logs[code])
            else:
                given.values[code] = None
        return given

    def some(self, record: Record, definition: ClassDef, codes: Iterable[str]) -> dict[str, Raw]:
        """The values of some attributes, as far as the record has them."""
        values: dict[str, Raw] = {}
        for code in codes:
            attribute = definition.attributes.get(code)
            if attribute is not None and code in record.fields:
                try:
                    values[code] = self._raw(record, attribute, record.fields[code])
                except BadValue as error:
                    values[code] = error
        return values

    def _raw(self, record: Record, attribute: Attribute, value: Any) -> Raw:
        """A value in the form in which it can be validated."""
        if isinstance(value, str) and value:
            kind = attribute.kind
            if kind is Kind.ENUM and value not in attribute.values:
                return _code_of(attribute, value)
            if kind is Kind.KEY and not value.strip().isdigit() and value.strip():
                return self._id_of(attribute, value)
            if kind in (Kind.DATE, Kind.DATETIME):
                return record.dates.iso(value, day_only=kind is Kind.DATE)
            if kind is Kind.BOOLEAN:
                return _YES_NO.get(value.strip().lower(), value)
            return value
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, Named):
            return self._id_of(attribute, value)
        if isinstance(value, bool) and attribute.kind is Kind.BOOLEAN:
            return int(value)
        if isinstance(value, BadValue) or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        raise BadValue(_("must be a text, a whole number or null"))

    def _is_left_out(self, record: Record, definition: ClassDef, code: str, value: Any) -> bool:
        derived = code in self._derived_of(definition) or ARROW in code
        if record.table_class and (code == "finalclass" or (value is None and not derived)):
            # Of several classes in one table, each has empty cells where only others have values.
            return code == "finalclass" or code in self._kin_of(record.table_class)
        if derived or self._ignore_unknown:
            self._ignored[f"{definition.name}.{code}"] += 1
            return True
        return False

    def _derived_of(self, definition: ClassDef) -> frozenset[str]:
        """What a class has that can't be stored: it follows from other values."""
        if definition.name not in self._derived:
            attributes = definition.attributes.values()
            keys = [a.code for a in attributes if a.kind is Kind.KEY]
            self._derived[definition.name] = frozenset(
                {
                    *_DERIVED,
                    *(a.code for a in attributes if not a.storable),
                    *(f"{key}{end}" for key in keys for end in _DERIVED_OF_KEY),
                }
            )
        return self._derived[definition.name]

    def _kin_of(self, class_name: str) -> frozenset[str]:
        """The attributes of a class and of those under it."""
        if class_name not in self._kin:
            classes = schema().concrete(class_name) if class_name in schema() else []
            self._kin[class_name] = frozenset(c for n in classes for c in schema()[n].attributes)
        return self._kin[class_name]


# Besides what forms take, and what iTop calls values where the labels here are others.
_ITOP_FRENCH = {"closed": ("Clos",)}
_YES_NO = {"oui": "1", "vrai": "1", "non": "0", "faux": "0"}


def _code_of(attribute: Attribute, text: str) -> str:
    """The code of an enum's value that is given by its label; else the text as it is."""
    wanted = fold(text.strip())
    codes = {
        code
        for code, label in attribute.values.items()
        if wanted in map(fold, (code, *label.in_all_languages(), *_ITOP_FRENCH.get(code, ())))
    }
    return codes.pop() if len(codes) == 1 else text
