"""Who looked at whom: pops, pages, searches and exports of people.

Entries are written a moment later (see `deferred`), so that nobody waits for them; readers in this
process see all of them, others at the latest after a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cti_host import Agent, writing
from cti_tickets.model.classes.history import AccessEntry
from cti_tickets.model.data_model import schema
from cti_tickets.store.computed import utc_now
from cti_tickets.store.deferred import deferred
from cti_tickets.store.history.acting import Way, actor_of, current_actor, current_way
from cti_tickets.store.history.inserting import insert_rows
from cti_tickets.store.history.journals import journal_entries

# The class of people: of others it is not kept who looked at them.
PEOPLE = "Person"
# Between another plugin and its class: "itop:Person".
_OF = ":"
# An entry for all objects of a class: an export of all of it.
EVERYBODY = 0
_BATCH = 1000
# More are written at once: they would crowd out what others have seen.
_MOST_AT_ONCE = 1000


@dataclass(frozen=True)
class Access:
    """Somebody saw an object, or with the `object_id` 0 all objects of a class.

    :param source: the plugin whose object it is; "" for this one's
    :param account: the name that they sign in with; "" for a command
    :param author: what they are called; of a command, the user of the system who ran it
    """

    id: int
    moment: datetime
    source: str
    class_name: str
    object_id: int
    account: str
    author: str
    through: Way


@dataclass(frozen=True)
class AccessFilter:
    """Which entries are wanted; what is left out does not count.

    :param account: the name that an agent signs in with
    :param object_id: whom they saw, of this plugin's people
    :param since: from this moment on
    :param until: before this moment
    """

    account: str = ""
    object_id: int | None = None
    through: Way | None = None
    since: datetime | None = None
    until: datetime | None = None


def seen(
    class_name: str,
    ids: Iterable[int],
    through: Way | None = None,
    *,
    agent: Agent | None = None,
    source: str = "",
) -> None:
    """Note that whoever acts now has seen some objects, if they are people.

    Nobody waits for it, unless they are more than a page ever shows.

    :param class_name: their class; a class above persons counts as well
    :param ids: their ids
    :param through: by what way; by default the current one
    :param agent: who saw them; by default the agent of the request, or who runs the command
    :param source: the plugin whose callers they are; by default this one's
    """
    if not source and not is_about_people(class_name):
        return
    common = _common(f"{source}{_OF}{class_name}" if source else class_name, through, agent)
    rows = [{**common, "object_id": object_id} for object_id in ids]
    if len(rows) > _MOST_AT_ONCE:
        with writing():
            _insert(rows)
        return
    add = deferred().add
    for row in rows:
        add(AccessEntry, row)


def exported(class_name: str, ids: Sequence[int] | None) -> None:
    """Note, in the current transaction if there is one, that people were exported.

    :param ids: their ids; `None`: all objects of the class, which is a single entry
    """
    if is_about_people(class_name):
        common = _common(class_name, Way.EXPORT, None)
        ids = [EVERYBODY] if ids is None else ids
        _insert([{**common, "object_id": object_id} for object_id in ids])


def is_about_people(class_name: str) -> bool:
    """Whether objects of a class are people, or may be."""
    classes = schema()
    return classes.is_a(class_name, PEOPLE) or PEOPLE in classes.concrete(class_name)


def who_saw(class_name: str, object_id: int, source: str = "") -> Iterator[Access]:
    """Who saw a person, newest first; exports of everybody are among them.

    :param source: the plugin whose they are; by default this one's
    """
    deferred().flush()
    everybody = AccessEntry.object_id == EVERYBODY
    query: Any = AccessEntry.select().where(
        AccessEntry.class_name.in_(_stored_classes(class_name, source)),
        (AccessEntry.object_id == object_id) | everybody,
    )
    yield from map(_access, query.order_by(AccessEntry.id.desc()))


def entries(
    wanted: AccessFilter, *, before: int | None = None, limit: int | None = None
) -> list[Access]:
    """The entries of the journal, newest first.

    :param before: only those before the entry with this id
    """
    deferred().flush()
    conditions: list[Any] = []
    if wanted.object_id is not None:
        conditions.append(AccessEntry.object_id == wanted.object_id)
        conditions.append(~AccessEntry.class_name.contains(_OF))
    if wanted.through is not None:
        conditions.append(AccessEntry.through == wanted.through)
    return [_access(row) for row in journal_entries(AccessEntry, wanted, conditions, before, limit)]


def erase(class_name: str, object_id: int, source: str = "") -> int:
    """Delete, in the current transaction, what is kept of who saw a person; returns how much."""
    of_class = AccessEntry.class_name.in_(_stored_classes(class_name, source))
    about = (AccessEntry.object_id == object_id) & of_class
    return int(AccessEntry.delete().where(about).execute())


def expire(before: datetime, *, dry_run: bool = False) -> int:
    """Delete the entries before a moment, in the current transaction; returns how many.

    :param dry_run: only count them
    """
    old = AccessEntry.moment < before
    if dry_run:
        return int(AccessEntry.select().where(old).count())
    return int(AccessEntry.delete().where(old).execute())


def _insert(rows: Sequence[Mapping[str, Any]]) -> None:
    for start in range(0, len(rows), _BATCH):
        insert_rows(AccessEntry, rows[start : start + _BATCH])


def _stored_classes(class_name: str, source: str) -> list[str]:
    """What entries about an object may have as its class."""
    if source:
        return [f"{source}{_OF}{class_name}"]
    table = schema()[class_name].table
    return [definition.name for definition in schema() if definition.table == table]


def _common(class_name: str, through: Way | None, agent: Agent | None) -> Mapping[str, Any]:
    actor = actor_of(agent) if agent is not None else current_actor()
    return {
        "moment": utc_now(),
        "class_name": class_name,
        "account": actor.account,
        "author": actor.author,
        "through": through or current_way(),
    }


def _access(row: Any) -> Access:
    source, _of, class_name = row.class_name.rpartition(_OF)
    return Access(
        row.id,
        row.moment,
        source,
        class_name,
        row.object_id,
        row.account,
        row.author,
        Way(row.through),
    )
