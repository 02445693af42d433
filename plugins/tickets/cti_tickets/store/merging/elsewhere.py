"""What other plugins have of a person who becomes another one, moved by a hook."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from cti_host import Caller, Moved, current_host
from cti_tickets.model import SOURCE
from cti_tickets.model.data_model import schema
from cti_tickets.model.schema import ClassDef
from cti_tickets.rights.access import everything_allowed
from cti_tickets.rights.organizations import unlimited
from cti_tickets.store.records import FRIENDLYNAME, Records

_PERSON = "Person"


class MovingFailed(RuntimeError):
    """A plugin could not move what it has; nothing was changed."""


def move_elsewhere(
    cls: ClassDef, old: int, new: int, only: Sequence[Moved] | None = None, *, dry_run: bool = False
) -> list[Moved]:
    """Have other plugins let lead to a person what leads to another one; what they moved.

    :param only: no more than this, of each plugin
    :raises MovingFailed: a plugin failed
    """
    if not schema().is_a(cls.name, _PERSON) or (only is not None and not only):
        return []
    done = current_host().hooks.move_person(_caller(cls, old), _caller(cls, new), only, dry_run)
    if done.failed:
        raise MovingFailed(
            _("What else leads to the person can't be moved right now: nothing was changed.")
        )
    return [moved for _plugin, moved in done.items if moved.ids]


def _caller(cls: ClassDef, id_: int) -> Caller:
    """A person as other plugins know them, whoever acts."""
    with everything_allowed(), unlimited():
        found = Records(schema()).load(current_host().database, cls.name, [id_], [FRIENDLYNAME])
    name = found[0].text(FRIENDLYNAME).strip() if found else ""
    return Caller(cls.name, id_, name or f"{cls.name} {id_}", source=SOURCE)
