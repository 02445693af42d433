"""The classes of the data model: what queries know of them, their forms and their life cycles."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

import cti_oql.schema
from cti_oql.schema import Kind

from cti_host import Localised
from cti_tickets.model.lifecycles.lifecycle import LifeCycle


class OnDelete(StrEnum):
    """What happens to an object when the object behind one of its keys is deleted."""

    RESET = "reset"  # the key is emptied
    MANUAL = "manual"  # refused while there are such objects
    AUTO = "auto"  # it is deleted too


@dataclass(frozen=True, kw_only=True)
class Attribute(cti_oql.schema.Attribute):
    """An attribute as queries know it, and what forms and storage need besides.

    `values` are the codes of an enum with their labels. `on_delete` is what happens to the object
    when the one behind the key is deleted. Where a text `gathers`, two objects that become one keep
    both of theirs. A key that `depends_on` another one leads to what fits the object behind that.
    """

    label: Localised
    read_only: bool = False
    default: str = ""
    values: Mapping[str, Localised] = field(default_factory=dict)
    on_delete: OnDelete | None = None
    gathers: bool = False
    depends_on: str = ""

    @property
    def stored(self) -> bool:
        """Whether it has a column, and one of its own."""
        return self.column != "" and self.column == self.code

    @property
    def storable(self) -> bool:
        """Whether a value can be given for it: not for external fields, images and sets."""
        return self.kind not in (Kind.EXTERNAL, Kind.IMAGE, Kind.SET)

    @property
    def max_length(self) -> int | None:
        """The most characters a value may have, where there is a limit."""
        return 255 if self.kind in (Kind.STRING, Kind.EMAIL, Kind.PHONE) else None


@dataclass(frozen=True, kw_only=True)
class ClassDef(cti_oql.schema.ClassDef):
    """A class as queries know it, and what forms need besides.

    `reconciliation` are the codes by which other programs recognise an object. `form` are the
    attributes of the creation form, in order. With a `lifecycle` an object moves from state to
    state. `organization_column` is the column, of no attribute, with the organization that an
    object belongs to by its keys.
    """

    label: Localised
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    reconciliation: tuple[str, ...] = ()
    form: tuple[str, ...] = ()
    lifecycle: LifeCycle | None = None
    organization_column: str = ""

    @cached_property
    def kept(self) -> dict[Hashable, Any]:
        """What was worked out of the class, which stays as it is, by what it is."""
        return {}


Schema = cti_oql.schema.SchemaOf[ClassDef]
