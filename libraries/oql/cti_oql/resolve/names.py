"""Names of a query looked up: classes, aliases, attributes."""

from __future__ import annotations

from collections.abc import Iterable

from cti_oql.errors import OqlError, OqlModelError, UnknownClassError
from cti_oql.resolve.fields import UnknownField, field_of, known_codes
from cti_oql.resolve.resolved import Field, Source
from cti_oql.resolve.scope import Scope
from cti_oql.schema import ClassDef, Schema
from cti_oql.syntax import tree


class Names:
    """Looks names up in a schema; `text` is the query, for errors."""

    def __init__(self, schema: Schema, text: str) -> None:
        self._schema = schema
        self.text = text

    def class_of(self, name: tree.Name) -> ClassDef:
        """The class with a name.

        :raises UnknownClassError: there is none
        """
        if name.text in self._schema:
            return self._schema[name.text]
        raise UnknownClassError(
            f"there is no class {name.text}",
            text=self.text,
            position=name.position,
            word=name.text,
            known=[c.name for c in self._schema],
        )

    def source(self, scope: Scope, alias: tree.Name, *, own: bool = False) -> Source:
        """The source with an alias.

        :param own: whether it must be one of this SELECT, not of a query around it
        :raises OqlModelError: there is none
        """
        source = scope.own(alias.text) if own else scope.find(alias.text)
        if source is None:
            known = [visible.alias for visible in scope.visible()]
            raise self.error(f"there is no alias {alias.text}", alias, known)
        return source

    def field(self, scope: Scope, path: tree.Path) -> Field:
        """The field that a path names.

        :raises OqlModelError: there is none, or several
        """
        code = path.attribute.text
        sources = scope.visible() if path.alias is None else [self.source(scope, path.alias)]
        fields: list[tuple[Source, Field]] = []
        for source in sources:
            try:
                field = field_of(self._schema, source.number, source.class_def, code)
            except UnknownField:
                continue
            fields.append((source, field))
        if len(fields) == 1:
            return fields[0][1]
        if fields:
            qualified = ", ".join(f"{source.alias}.{code}" for source, _field in fields)
            raise self.error(f"{code} is ambiguous: write one of {qualified}", path.attribute)
        classes = [source.class_def for source in sources]
        raise self.error(
            f"there is no attribute {code} on {' or '.join({c.name: 0 for c in classes})}",
            path.attribute,
            [known for c in classes for known in known_codes(self._schema, c)],
        )

    def error(self, message: str, name: tree.Name, known: Iterable[str] = ()) -> OqlError:
        """An error about a name, with the nearest of those that are known."""
        return OqlModelError(
            message, text=self.text, position=name.position, word=name.text, known=known
        )
