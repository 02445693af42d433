"""The classes of the data model: what queries know of them, their forms and their life cycles."""

from __future__ import annotations

from dataclasses import dataclass

import cti_oql.schema

from cti_tickets.model.lifecycle import LifeCycle


@dataclass(frozen=True)
class ClassDef(cti_oql.schema.ClassDef):
    """A class as queries know it, and what forms need besides.

    `form` are the attributes of the creation form, in order. With a `lifecycle` an object moves
    from state to state.
    """

    form: tuple[str, ...] = ()
    lifecycle: LifeCycle | None = None


Schema = cti_oql.schema.SchemaOf[ClassDef]
