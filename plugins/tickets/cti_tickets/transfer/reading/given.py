"""What a record of a file says of an object: values to validate, logs, and what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cti_oql.schema import Kind
from flask_babel import gettext as _

from cti_tickets.model.data_model import schema
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.store.values import BadValue, Raw
from cti_tickets.transfer.reading.files import Record
from cti_tickets.transfer.reading.log_parsing import GivenLog, from_cell, given_log, without_authors

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
    """

    def __init__(self, ignore_unknown: bool, ignored: Counter[str]) -> None:
        self._ignore_unknown, self._ignored = ignore_unknown, ignored
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
                    given.values[code] = _raw(attribute, value)
                else:  # a second code of a value, whose own code counts more
                    given.values.setdefault(attribute.column, _raw(attribute, value))
            except BadValue as error:
                given.values[code] = error
        for code in to_empty:
            if code in given.logs:
                given.logs[code] = without_authors(given.logs[code])
            else:
                given.values[code] = None
        return given

    def _is_left_out(self, record: Record, definition: ClassDef, code: str, value: Any) -> bool:
        derived = code in self._derived_of(definition)
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


def _raw(attribute: Attribute, value: Any) -> Raw:
    if isinstance(value, bool):
        if attribute.kind is not Kind.BOOLEAN:
            raise BadValue(_("must be a text, a whole number or null"))
        return int(value)
    if value is None or isinstance(value, (str, int)):
        return value
    raise BadValue(_("must be a text, a whole number or null"))
