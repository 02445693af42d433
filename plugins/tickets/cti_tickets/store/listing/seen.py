"""Lists of people are noted in the access journal: who saw whom."""

from __future__ import annotations

from collections.abc import Sequence

from cti_tickets.store.access_journal import seen
from cti_tickets.store.history import Way
from cti_tickets.store.listing.query import Listed


def note_seen(objects: Sequence[Listed], through: Way) -> None:
    """Note that whoever acts has seen these objects, those of them who are people."""
    by_class: dict[str, list[int]] = {}
    for listed in objects:
        by_class.setdefault(listed.class_name, []).append(listed.id)
    for class_name, ids in by_class.items():
        seen(class_name, ids, through)
