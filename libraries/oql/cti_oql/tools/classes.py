"""The classes that queries can name, as lines for a person."""

from __future__ import annotations

from collections.abc import Iterator

from cti_oql.errors import nearest
from cti_oql.resolve.fields import known_codes
from cti_oql.schema import Attribute, ClassDef, Kind, Schema


def classes_lines(schema: Schema) -> Iterator[str]:
    """Every class, each under its parent."""
    for class_def in schema:
        if not class_def.parent:
            yield from _family(schema, class_def, "")


def _family(schema: Schema, class_def: ClassDef, indent: str) -> Iterator[str]:
    abstract = " (abstract)" if class_def.abstract else ""
    yield f"{indent}{class_def.name}{abstract}"
    for child in schema:
        if child.parent == class_def.name:
            yield from _family(schema, child, indent + "  ")


def class_lines(schema: Schema, name: str) -> Iterator[str]:
    """Every code that a query can use of a class, and what it holds."""
    if name not in schema:
        near = nearest(name, [c.name for c in schema])
        yield f"there is no class {name}" + (f"; did you mean {near}?" if near else "")
        return
    class_def = schema[name]
    codes = known_codes(schema, class_def)
    width = max(len(code) for code in codes)
    for code in codes:
        attribute = class_def.attributes.get(code)
        what = _what(attribute) if attribute else "computed"
        yield f"{code:{width}}  {what}"


def _what(attribute: Attribute) -> str:
    match attribute.kind:
        case Kind.KEY:
            empty = "" if attribute.mandatory else ", may be empty"
            return f"key to {attribute.target}{empty}"
        case Kind.ENUM:
            return f"enum: {', '.join(attribute.values)}"
        case Kind.EXTERNAL:
            return f"{attribute.target_attribute} behind {attribute.via}"
        case _:
            return str(attribute.kind)
