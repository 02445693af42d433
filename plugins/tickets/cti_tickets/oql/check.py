"""A tree checked against the classes; what is wrong is told in the order of the language."""

from __future__ import annotations

from cti_tickets.oql import tree
from cti_tickets.oql.checked import (
    Chain,
    CheckedQuery,
    Comparison,
    Field,
    Membership,
    Operand,
    Source,
)
from cti_tickets.oql.errors import (
    OqlError,
    OqlModelError,
    OqlUnsupportedError,
    UnknownClassError,
)
from cti_tickets.oql.fields import UnknownField, field_of, known_codes
from cti_tickets.oql.words import COMPARISONS
from cti_tickets.schema import Attribute, ClassDef, Kind, Schema

MAX_JOINS = 40


def check(schema: Schema, query: tree.Query, text: str) -> CheckedQuery:
    """Look all names up in the classes.

    :param text: the query as written, for errors
    :raises OqlModelError: a name is unknown or ambiguous, or a join is none
    :raises OqlUnsupportedError: a part of the language that is not supported yet
    """
    if len(query.branches) > 1:
        position = query.branches[1].class_name.position
        raise OqlUnsupportedError(
            "UNION is not supported yet", text=text, position=position, word="UNION"
        )
    return _Check(schema, text).query(query.branches[0])


class _Check:
    def __init__(self, schema: Schema, text: str) -> None:
        self._schema = schema
        self._text = text
        self._sources: list[Source] = []
        self._parameters: dict[str, None] = {}

    def query(self, select: tree.Select) -> CheckedQuery:
        main = self._class(select.class_name)
        alias = select.alias or select.class_name
        self._sources.append(Source(alias.text, main))
        if len(select.joins) > MAX_JOINS:
            raise self._error(f"more than {MAX_JOINS} joins", select.joins[MAX_JOINS].class_name)
        for join in select.joins:
            self._join(join)
        self._selected(select)
        where = None if select.where is None else self._operand(select.where)
        return CheckedQuery(
            text=self._text,
            class_name=main.name,
            parameters=tuple(self._parameters),
            sources=tuple(self._sources),
            where=where,
        )

    def _class(self, name: tree.Name) -> ClassDef:
        if name.text in self._schema:
            return self._schema[name.text]
        raise UnknownClassError(
            f"there is no class {name.text}",
            text=self._text,
            position=name.position,
            word=name.text,
            known=[c.name for c in self._schema],
        )

    def _selected(self, select: tree.Select) -> None:
        found = {self._source_number(alias) for alias in select.selected}
        if found and found != {0}:
            raise OqlUnsupportedError(
                "selecting a joined class, or several classes, is not supported yet",
                text=self._text,
                position=select.selected[0].position,
                word=select.selected[0].text,
            )

    def _join(self, join: tree.Join) -> None:
        joined = self._class(join.class_name)
        alias = join.alias or join.class_name
        if any(source.alias == alias.text for source in self._sources):
            raise self._error(f"the alias {alias.text} is used already", alias)
        left_alias, right_alias = self._qualified(join.left), self._qualified(join.right)
        if join.right.attribute.text != "id":
            raise self._error(
                "the right side of ON must be an id: alias.key = alias.id", join.right.attribute
            )
        # The joined class takes part in its own ON.
        self._sources.append(Source(alias.text, joined))
        new = len(self._sources) - 1
        left, right = self._source_number(left_alias), self._source_number(right_alias)
        key = self._key(self._sources[left].class_def, join.left.attribute)
        if (left == new) == (right == new):
            raise self._error(f"ON must compare {alias.text} with a class before it", left_alias)
        target = self._sources[right].class_def.name
        if not (self._schema.is_a(target, key.target) or self._schema.is_a(key.target, target)):
            raise self._error(
                f"{key.code} leads to {key.target}, not to {target}",
                right_alias,
            )
        self._join_operator(join, key)
        pointing = right == new
        other = left if pointing else right
        nullable = pointing and (not key.mandatory or self._sources[other].nullable)
        self._sources[new] = Source(alias.text, joined, nullable, key, other, pointing)

    def _qualified(self, side: tree.Path) -> tree.Name:
        if side.alias is None:
            raise self._error(
                "both sides of ON need an alias: alias.key = alias.id", side.attribute
            )
        return side.alias

    def _join_operator(self, join: tree.Join, key: Attribute) -> None:
        if join.operator == "=":
            return
        if not key.hierarchical:
            raise self._error(f"{key.code} makes no hierarchy", join.left.attribute)
        raise self._unsupported(join.operator, join.position)

    def _key(self, owner: ClassDef, name: tree.Name) -> Attribute:
        attribute = owner.attributes.get(name.text)
        if attribute is not None and attribute.kind is Kind.KEY:
            return attribute
        keys = [a.code for a in owner.attributes.values() if a.kind is Kind.KEY]
        raise self._error(f"{name.text} is not an external key of {owner.name}", name, keys)

    def _source_number(self, alias: tree.Name) -> int:
        for number, source in enumerate(self._sources):
            if source.alias == alias.text:
                return number
        raise self._error(
            f"there is no alias {alias.text}", alias, [source.alias for source in self._sources]
        )

    def _operand(self, node: tree.Expression) -> Operand:
        match node:
            case tree.Text() | tree.Integer() | tree.Null():
                return node
            case tree.Parameter(name):
                self._parameters.setdefault(name)
                return node
            case tree.Path():
                return self._path(node)
            case tree.Logical(operator, operands):
                return Chain(operator, tuple(self._operand(operand) for operand in operands))
            case tree.In(operand, items, negated):
                return Membership(
                    self._operand(operand), tuple(self._operand(item) for item in items), negated
                )
            case tree.Binary(operator, left, right):
                checked_left, checked_right = self._operand(left), self._operand(right)
                if operator in COMPARISONS or operator in ("LIKE", "NOT LIKE"):
                    return Comparison(operator, checked_left, checked_right)
                raise self._unsupported(operator, node.position)
            case tree.InQuery():
                raise self._unsupported("a sub-query", node.position, word="IN")
            case tree.Call(function):
                raise self._unsupported(f"the function {function}", node.position, word=function)
            case tree.Interval():
                raise self._unsupported("INTERVAL", 0)

    def _path(self, path: tree.Path) -> Operand:
        code = path.attribute.text
        if path.alias is not None:
            numbers = [self._source_number(path.alias)]
        else:
            numbers = list(range(len(self._sources)))
        found: list[Field] = []
        refused: list[UnknownField] = []
        for number in numbers:
            try:
                found.append(field_of(self._schema, number, self._sources[number].class_def, code))
            except UnknownField as error:
                refused.append(error)
        if len(found) == 1:
            return found[0]
        if len(found) > 1:
            qualified = ", ".join(f"{self._sources[f.source].alias}.{code}" for f in found)
            raise self._error(f"{code} is ambiguous: write one of {qualified}", path.attribute, [])
        later = next((error for error in refused if error.later), None)
        if later is not None:
            raise self._unsupported(str(later), path.attribute.position, word=code)
        classes = [self._sources[number].class_def for number in numbers]
        raise self._error(
            f"there is no attribute {code} on {' or '.join({c.name: 0 for c in classes})}",
            path.attribute,
            [known for c in classes for known in known_codes(self._schema, c)],
        )

    def _error(self, message: str, name: tree.Name, known: list[str] | None = None) -> OqlError:
        return OqlModelError(
            message,
            text=self._text,
            position=name.position,
            word=name.text,
            known=known or (),
        )

    def _unsupported(self, what: str, position: int, word: str = "") -> OqlError:
        return OqlUnsupportedError(
            f"{what} is not supported yet", text=self._text, position=position, word=word or what
        )
