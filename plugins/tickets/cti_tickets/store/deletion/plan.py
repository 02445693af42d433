"""What a deletion would do: what goes along, what loses a link, and what stands against it.

An object that can't be without the deleted one goes too, where its class says so (`auto`); else it
stands against the deletion (`manual`). A key that may be empty is emptied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from cti_oql.running import marks, rows

from cti_host import database
from cti_tickets.model.data_model import schema
from cti_tickets.model.schema import Attribute, OnDelete
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import DELETE
from cti_tickets.store.attachments import attachments
from cti_tickets.store.referring.keys import Reference, lock_rows, references, referring
from cti_tickets.store.referring.visible import chunks, visible

# The objects of one kind that are named.
MOST_NAMED = 5
TICKET_TABLE = "ticket"
_LOG_TABLE = "log_entry"


@dataclass(frozen=True)
class Emptied:
    """Objects of a class that stay and lose a link: the values of an attribute that go."""

    class_name: str
    attribute: Attribute
    ids: Sequence[int]


@dataclass(frozen=True)
class Blocked:
    """Objects of a class that stand against a deletion.

    :param attribute: the key by which they need an object that is to be deleted; `None`: they
        would go along, and whoever acts may not delete objects of this class
    :param needed: the id of one of the objects that they need
    """

    class_name: str
    attribute: Attribute | None
    ids: Sequence[int]
    needed: int = 0


@dataclass
class DeletionPlan:
    """What becomes of objects when some are deleted.

    :param deleted: the ids of all objects that go, by class; those asked for are among them
    :param order: the same by table, in the order in which they were reached
    :param along: those that go along, by class
    :param emptied: what stays without a link
    :param blocked: what stands against it; empty: the deletion is possible
    :param log_entries: how many entries of logs go
    :param files: how many files of tickets go
    """

    deleted: dict[str, list[int]] = field(default_factory=dict)
    order: list[tuple[str, list[int]]] = field(default_factory=list)
    along: dict[str, list[int]] = field(default_factory=dict)
    emptied: list[Emptied] = field(default_factory=list)
    blocked: list[Blocked] = field(default_factory=list)
    log_entries: int = 0
    files: int = 0

    @property
    def fingerprint(self) -> str:
        """A text that is another one when something else would go or stay."""
        emptied = [(e.class_name, e.attribute.code, sorted(e.ids)) for e in self.emptied]
        deleted = {name: sorted(ids) for name, ids in sorted(self.deleted.items())}
        blocked = [(b.class_name, b.attribute and b.attribute.code, len(b.ids))
                   for b in self.blocked]  # fmt: skip
        said = repr((deleted, emptied, blocked, self.log_entries, self.files))
        return sha256(said.encode()).hexdigest()[:24]


def plan_deletion(objects: Mapping[str, Sequence[int]], *, lock: bool = False) -> DeletionPlan:
    """What deleting some objects would do.

    :param objects: the ids of stored objects, by their own class
    :param lock: whether nobody else may change or refer to what goes until the transaction ends
    """
    plan = DeletionPlan()
    going: dict[str, set[int]] = {}
    links: list[tuple[Reference, int, int, str]] = []
    reached = [(schema()[name].table, name, [*dict.fromkeys(ids)]) for name, ids in objects.items()]
    asked = True
    while reached:
        further: dict[tuple[str, str], list[int]] = {}
        for table, class_name, ids in reached:
            known = going.setdefault(table, set())
            fresh = [id_ for id_ in ids if id_ not in known]
            known.update(fresh)
            if not fresh:
                continue
            _add(plan, table, class_name, fresh, along=not asked)
            if lock:
                lock_rows(table, fresh)
            for reference in references(table):
                for id_, kind, target in referring(reference, fresh):
                    if _rule(reference.attribute) is OnDelete.AUTO:
                        further.setdefault((reference.table, kind), []).append(id_)
                    else:
                        links.append((reference, id_, target, kind))
        reached = [(table, name, ids) for (table, name), ids in further.items()]
        asked = False
    _sort_out(plan, links, going)
    _check_rights(plan)
    plan.log_entries = _count_entries(going.get(TICKET_TABLE, set()))
    plan.files = attachments.count_of(going.get(TICKET_TABLE, set()))
    return plan


def _add(
    plan: DeletionPlan, table: str, class_name: str, ids: Sequence[int], *, along: bool
) -> None:
    plan.deleted.setdefault(class_name, []).extend(ids)
    plan.order.append((table, [*ids]))
    if along:
        plan.along.setdefault(class_name, []).extend(ids)


def _sort_out(
    plan: DeletionPlan,
    links: Sequence[tuple[Reference, int, int, str]],
    going: Mapping[str, set[int]],
) -> None:
    """Tell what stands against the deletion from what only loses a link; what goes does neither."""
    emptied: dict[tuple[str, str], Emptied] = {}
    blocked: dict[tuple[str, str], Blocked] = {}
    for reference, id_, target, kind in links:
        if id_ in going.get(reference.table, ()):
            continue
        attribute = schema()[kind].attributes.get(reference.attribute.code, reference.attribute)
        key = (kind, attribute.code)
        if _rule(reference.attribute) is OnDelete.RESET:
            ids = emptied.setdefault(key, Emptied(kind, attribute, [])).ids
        else:
            ids = blocked.setdefault(key, Blocked(kind, attribute, [], target)).ids
        assert isinstance(ids, list)  # noqa: S101 -- made above
        ids.append(id_)
    plan.emptied += emptied.values()
    plan.blocked += blocked.values()


def _check_rights(plan: DeletionPlan) -> None:
    """Let what goes along stand against it where whoever acts may not delete or see that."""
    access = current_access()
    for class_name, ids in plan.along.items():
        seen = {*visible(class_name, ids)} if access.may(DELETE, class_name) else set[int]()
        forbidden = [id_ for id_ in ids if id_ not in seen]
        if forbidden:
            plan.blocked.append(Blocked(class_name, None, forbidden))


def _rule(attribute: Attribute) -> OnDelete:
    """What happens to an object that has a key to a deleted one."""
    if not attribute.mandatory:
        return OnDelete.RESET
    # A mandatory key is never emptied, whatever its class says.
    return OnDelete.AUTO if attribute.on_delete is OnDelete.AUTO else OnDelete.MANUAL


def _count_entries(tickets: set[int]) -> int:
    count = 0
    for some in chunks(sorted(tickets)):
        places = marks(database.obj, len(some))
        sql = f"SELECT COUNT(*) FROM {_LOG_TABLE} WHERE ticket_id IN ({places})"  # noqa: S608
        count += int(rows(database.obj, sql, some)[0][0])
    return count
