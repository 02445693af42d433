"""The history of objects: recorded with each change by the data layer, and read."""

from cti_tickets.store.history.acting import Way, acting_through, actor_of
from cti_tickets.store.history.change import MERGED, Change, Operation, replayed, root_of, unwound
from cti_tickets.store.history.deletions import deleted, emptied, rekeyed
from cti_tickets.store.history.reading import (
    ChangeFilter,
    all_changes,
    changes_of,
    changes_since,
    names_of_deleted,
)
from cti_tickets.store.history.recording import (
    as_json,
    attached,
    changed,
    created,
    detached,
    differences,
    merge_undone,
    merged,
)
from cti_tickets.store.history.retention import erase, expire

__all__ = [
    "MERGED",
    "Change",
    "ChangeFilter",
    "Operation",
    "Way",
    "acting_through",
    "actor_of",
    "all_changes",
    "as_json",
    "attached",
    "changed",
    "changes_of",
    "changes_since",
    "created",
    "deleted",
    "detached",
    "differences",
    "emptied",
    "erase",
    "expire",
    "merge_undone",
    "merged",
    "names_of_deleted",
    "rekeyed",
    "replayed",
    "root_of",
    "unwound",
]
