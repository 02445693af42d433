"""What a code ("org_name", "caller_id_friendlyname", "id") of a class stands for."""

from __future__ import annotations

from dataclasses import replace

from cti_oql.resolve.resolved import Domain, Field
from cti_oql.schema import Attribute, ClassDef, Kind, Schema

_DOMAINS = {
    Kind.STRING: Domain.TEXT,
    Kind.TEXT: Domain.TEXT,
    Kind.HTML: Domain.TEXT,
    Kind.EMAIL: Domain.TEXT,
    Kind.PHONE: Domain.PHONE,
    Kind.ENUM: Domain.CODE,
    Kind.KEY: Domain.KEY,
    Kind.INTEGER: Domain.NUMBER,
    Kind.DURATION: Domain.NUMBER,
    Kind.BOOLEAN: Domain.FLAG,
    Kind.DATE: Domain.DATE,
    Kind.DATETIME: Domain.DATETIME,
    Kind.LOG: Domain.LOG,
}
_FLAG = "obsolescence_flag"
_SPECIAL = {
    "id": Domain.ID,
    "friendlyname": Domain.TEXT,
    "finalclass": Domain.CODE,
    _FLAG: Domain.FLAG,
}
# Codes that exist for each key without being declared: what follows the key, and what it reads.
_BEHIND_KEYS = {
    "_friendlyname": "friendlyname",
    "_finalclass_recall": "finalclass",
    "_obsolescence_flag": _FLAG,
}
MAX_HOPS = 8


class UnknownField(LookupError):
    """The class has no such field."""


def field_of(schema: Schema, source: int, owner: ClassDef, code: str, hops: int = 0) -> Field:
    """The field of a class that a code names.

    :param source: the number of the source whose class `owner` is
    :raises UnknownField: there is none
    """
    if hops > MAX_HOPS:
        raise UnknownField(code)
    if code in _SPECIAL:
        if not _has_special(schema, owner, code):
            raise UnknownField(code)
        return Field(source, (), owner, _SPECIAL[code], code=code)
    attribute = owner.attributes.get(code)
    if attribute is None:
        return _derived(schema, source, owner, code, hops)
    if attribute.kind is Kind.EXTERNAL:
        key = owner.attributes.get(attribute.via)
        if key is None:
            raise UnknownField(code)
        return _behind(schema, source, key, attribute.target_attribute, hops)
    domain = _DOMAINS.get(attribute.kind)
    if domain is None:  # sets and images
        raise UnknownField(code)
    return Field(source, (), owner, domain, attribute=attribute)


def known_codes(schema: Schema, owner: ClassDef) -> list[str]:
    """All codes that `field_of` knows for a class."""
    codes = [code for code in _SPECIAL if _has_special(schema, owner, code)]
    for attribute in owner.attributes.values():
        if attribute.kind is Kind.EXTERNAL or attribute.kind in _DOMAINS:
            codes.append(attribute.code)
        if attribute.kind is Kind.KEY and attribute.target in schema:
            target = schema[attribute.target]
            codes += [
                attribute.code + suffix
                for suffix, special in _BEHIND_KEYS.items()
                if _has_behind(schema, target, special)
            ]
    return codes


def _has_special(schema: Schema, owner: ClassDef, code: str) -> bool:
    if code == "finalclass":
        return owner.polymorphic
    if code == _FLAG:
        # Of an abstract class the objects tell; its children do.
        kinds = [schema[name] for name in schema.concrete(owner.name)]
        return owner.obsolete is not None or (bool(kinds) and all(k.obsolete for k in kinds))
    return True


def _has_behind(schema: Schema, target: ClassDef, code: str) -> bool:
    """Whether a key has a code of its own for what it leads to."""
    if code == "finalclass":
        return any(other.parent == target.name for other in schema)
    return _has_special(schema, target, code)


def _derived(schema: Schema, source: int, owner: ClassDef, code: str, hops: int) -> Field:
    """Codes that exist without being declared."""
    for suffix, target in _BEHIND_KEYS.items():
        key = owner.attributes.get(code.removesuffix(suffix))
        if not code.endswith(suffix) or key is None or key.kind is not Kind.KEY:
            continue
        if key.target in schema and _has_behind(schema, schema[key.target], target):
            return _behind(schema, source, key, target, hops)
    raise UnknownField(code)


def _behind(schema: Schema, source: int, key: Attribute, code: str, hops: int) -> Field:
    if key.target not in schema:
        raise UnknownField(code)
    field = field_of(schema, source, schema[key.target], code, hops + 1)
    return replace(field, hops=(key, *field.hops))
