"""What pydantic finds wrong in a table, as mistakes that an admin can correct."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import NoneType
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from cti_host.settings.mistakes import BAD_SETTING, BadSetting
from cti_host.settings.nearest import did_you_mean
from cti_host.settings.toml import KeyPath, dotted

_TEXT = 'write a text in quotes: "…"'
_TRUTH = "write true or false, without quotes"
_NUMBER = "write a number without quotes"
_TABLE = "write a table"
# What to write, by pydantic's type of error; `{…}` is from the error's context.
_REMEDIES = {
    "string_type": _TEXT,
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "int_type": _NUMBER,
    "int_parsing": _NUMBER,
    "int_from_float": "write a whole number",
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "list_type": 'write a list: ["…", "…"]',
    "dict_type": _TABLE,
    "mapping_type": _TABLE,
    "model_type": _TABLE,
    "model_attributes_type": _TABLE,
    "greater_than": "write more than {gt:g}",
    "greater_than_equal": "write {ge:g} or more",
    "less_than": "write less than {lt:g}",
    "less_than_equal": "write {le:g} or less",
    "too_short": "write at least {min_length}",
    "too_long": "write at most {max_length}",
    "string_too_short": "write at least {min_length} characters",
    "string_too_long": "write at most {max_length} characters",
    "string_pattern_mismatch": "write a text of the form {pattern}",
}
_ANY = "correct it, or remove the key"
# Errors whose last key counts although it may not be in the file.
_NAMED = ("missing", "extra_forbidden", BAD_SETTING)


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong in a table: the key inside it, what is wrong, what to write."""

    path: KeyPath
    message: str
    remedy: str


def mistakes_of(error: ValidationError, model: type[BaseModel], table: Any) -> Iterator[Mistake]:
    """The mistakes of a table, in the order in which pydantic found them.

    :param table: what was validated, to tell real keys from what pydantic adds to its locations
    """
    for item in error.errors(include_url=False):
        path = _real_path(item["loc"], table, last_too=item["type"] in _NAMED)
        yield Mistake(path, *_message_and_remedy(item, model))


def _message_and_remedy(item: ErrorDetails, model: type[BaseModel]) -> tuple[str, str]:
    context = item.get("ctx", {})
    cause = context.get("error")
    match item["type"]:
        case "extra_forbidden":
            *place, key = item["loc"]
            return "unknown key", did_you_mean(str(key), _keys(model, place)) or "remove it"
        case "missing":
            return "is required", f"add {dotted(item['loc'][-1:])} = …"
        case "value_error" if isinstance(cause, BadSetting):
            return cause.message, cause.remedy
        case "value_error":
            return item["msg"].removeprefix("Value error, "), ""
        case "literal_error" | "enum":
            known = re.findall(r"'([^']*)'", context["expected"])
            word = item["input"] if isinstance(item["input"], str) else ""
            written = " or ".join(f'"{one}"' for one in known)
            return item["msg"], did_you_mean(word, known, f"write {written}")
        case kind if kind == BAD_SETTING:
            return context["message"], context["remedy"]
    return item["msg"], _REMEDIES.get(item["type"], _ANY).format_map(context)


def _real_path(loc: KeyPath, table: Any, *, last_too: bool) -> KeyPath:
    """The part of pydantic's location that is in the table (it adds names of union branches).

    :param last_too: whether the last part counts although the table may lack it
    """
    path: KeyPath = ()
    for position, part in enumerate(loc):
        inside = isinstance(table, Mapping) and part in table
        inside = inside or (isinstance(table, list) and isinstance(part, int) and part < len(table))
        if inside:
            table = table[part]
        if inside or (last_too and position == len(loc) - 1):
            path = (*path, part)
    return path


def _keys(model: type[BaseModel], place: Iterable[str | int]) -> list[str]:
    """The keys that are known at a place inside a model."""
    current: Any = model
    for part in place:
        if isinstance(current, type) and issubclass(current, BaseModel):
            field = current.model_fields.get(str(part))
            current = field.annotation if field else None
        else:
            inner = [one for one in get_args(current) if one is not NoneType]
            current = inner[-1] if inner else None
    if isinstance(current, type) and issubclass(current, BaseModel):
        return [*current.model_fields]
    return []
