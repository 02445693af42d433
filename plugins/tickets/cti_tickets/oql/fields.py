"""What a code ("org_name", "caller_id_friendlyname", "id") of a class stands for."""

from __future__ import annotations

from dataclasses import replace

from cti_tickets.oql.checked import Domain, Field
from cti_tickets.schema import Attribute, ClassDef, Kind, Schema

_DOMAINS = {
    Kind.STRING: Domain.TEXT,
    Kind.TEXT: Domain.TEXT,
    Kind.EMAIL: Domain.EMAIL,
    Kind.PHONE: Domain.PHONE,
    Kind.ENUM: Domain.CODE,
    Kind.KEY: Domain.KEY,
    Kind.DATE: Domain.DATE,
    Kind.DATETIME: Domain.DATETIME,
}
_SPECIAL = {"id": Domain.ID, "friendlyname": Domain.TEXT, "finalclass": Domain.CODE}
_OBSOLESCENCE = ("obsolescence_flag", "obsolescence_date")
MAX_HOPS = 8


class UnknownField(LookupError):
    """The class has no such field; `later` if it is one that is not supported yet."""

    def __init__(self, message: str, *, later: bool = False) -> None:
        super().__init__(message)
        self.later = later


def field_of(schema: Schema, source: int, owner: ClassDef, code: str, hops: int = 0) -> Field:
    """The field of a class that a code names.

    :param source: the number of the source whose class `owner` is
    :raises UnknownField: there is none
    """
    if hops > MAX_HOPS:
        raise UnknownField(code)
    if code in _SPECIAL:
        if code == "finalclass" and not owner.polymorphic:
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
    if attribute.kind is Kind.LOG:
        raise UnknownField(f"searching the log {code}", later=True)
    return Field(source, (), owner, _DOMAINS[attribute.kind], attribute=attribute)


def known_codes(schema: Schema, owner: ClassDef) -> list[str]:
    """All codes that `field_of` knows for a class."""
    codes = ["id", "friendlyname", *(["finalclass"] if owner.polymorphic else [])]
    for attribute in owner.attributes.values():
        codes.append(attribute.code)
        if attribute.kind is Kind.KEY:
            codes.append(f"{attribute.code}_friendlyname")
            if attribute.target in schema and schema[attribute.target].polymorphic:
                codes.append(f"{attribute.code}_finalclass_recall")
    return codes


def _derived(schema: Schema, source: int, owner: ClassDef, code: str, hops: int) -> Field:
    """Codes that exist without being declared."""
    for suffix, target in (("_friendlyname", "friendlyname"), ("_finalclass_recall", "finalclass")):
        key = owner.attributes.get(code.removesuffix(suffix))
        if code.endswith(suffix) and key is not None and key.kind is Kind.KEY:
            found = _behind(schema, source, key, target, hops)
            return replace(found, empty_if_unset=target == "friendlyname")
    if code in _OBSOLESCENCE and _has_obsolescence(owner):
        raise UnknownField(code, later=True)
    key = owner.attributes.get(code.removesuffix("_obsolescence_flag"))
    if key is None or key.code == code or key.target not in schema:
        raise UnknownField(code)
    if key.kind is Kind.KEY and _has_obsolescence(schema[key.target]):
        raise UnknownField(code, later=True)
    raise UnknownField(code)


def _behind(schema: Schema, source: int, key: Attribute, code: str, hops: int) -> Field:
    if key.target not in schema:
        raise UnknownField(code)
    found = field_of(schema, source, schema[key.target], code, hops + 1)
    return replace(found, hops=(key, *found.hops))


def _has_obsolescence(owner: ClassDef) -> bool:
    """Whether objects of the class become obsolete; those that do have the status "inactive"."""
    status = owner.attributes.get("status")
    return status is not None and "inactive" in status.values
