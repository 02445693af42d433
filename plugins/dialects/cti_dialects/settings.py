"""The table `[plugin.dialects]`."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from cti_dialects.dialect import BUILT_IN, Dialect
from cti_host import BadSetting, PluginConfig, bad_settings, did_you_mean

_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
_NAMES = [dialect.name for dialect in BUILT_IN]

Text = Annotated[str, Field(min_length=1)]


class OwnDialect(BaseModel):
    """An entry of `[plugin.dialects.own]`; README.md explains each key."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    product: str = ""
    path: str
    fixed: dict[Text, str] = Field(default_factory=dict)
    parameters: dict[Text, Text] = Field(min_length=1)
    anywhere: bool = False
    semicolons: bool = False

    @field_validator("path")
    @classmethod
    def _real_path(cls, value: str) -> str:
        if not _PATH.fullmatch(value):
            raise BadSetting("is not a path", 'write the path of the URL alone: "/call/index.php"')
        return value

    @model_validator(mode="after")
    def _fixed_or_free(self) -> Self:
        both = set(self.fixed) & set(self.parameters)
        if both:
            raise BadSetting(f"{min(both)!r} is both fixed and a parameter", "keep one of them")
        return self


class DialectsConfig(PluginConfig):
    """`[plugin.dialects]`.

    :param disabled: names of built-in dialects that are not understood
    :param own: dialects of this site, by name
    """

    disabled: list[str] = Field(default_factory=list)
    own: dict[str, OwnDialect] = Field(default_factory=dict)

    @field_validator("disabled")
    @classmethod
    def _built_in(cls, value: list[str]) -> list[str]:
        unknown = [(position, name) for position, name in enumerate(value) if name not in _NAMES]
        if unknown:
            raise bad_settings(
                ((at,), BadSetting(f"there is no dialect {name!r}", did_you_mean(name, _NAMES)))
                for at, name in unknown
            )
        return value

    def clashes(self) -> dict[str, str]:
        """Dialects of the site that another one stands in the way of: name to what is wrong."""
        found: dict[str, str] = {}
        shapes: dict[tuple[str, frozenset[tuple[str, str]]], str] = {}
        # Built-in ones first: it is the site's that has to give way.
        for dialect in reversed(self.dialects()):
            shape = (dialect.path, frozenset(dialect.fixed.items()))
            other = shapes.setdefault(shape, dialect.name)
            if other != dialect.name:
                found[dialect.name] = f"has the path and the fixed parameters of {other!r}"
        for name in self.own:
            if name in _NAMES and name not in self.disabled:
                found[name] = "is the name of a dialect that is built in"
        return found

    def dialects(self) -> list[Dialect]:
        """Every dialect that is on: those of the site first."""
        own = [
            Dialect(
                name,
                one.product or name,
                one.path,
                one.fixed,
                one.parameters,
                one.anywhere,
                one.semicolons,
            )
            for name, one in self.own.items()
        ]
        return [*own, *(dialect for dialect in BUILT_IN if dialect.name not in self.disabled)]
