"""What is told of each change outside of the database: a line in the log, and a count.

Attributes are named and their values are not: those are in the history, for who may read it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from flask import current_app
from prometheus_client import CollectorRegistry, Counter

from cti_host import database
from cti_tickets.store.history.acting import Actor, current_way
from cti_tickets.store.history.change import Operation

log = logging.getLogger("cti_host.plugin.tickets")

_EXTENSION = "cti_tickets.saves"


def count_saves(registry: CollectorRegistry) -> None:
    """Have the changes of the current application counted.

    :param registry: the host's
    """
    current_app.extensions[_EXTENSION] = Counter(
        "cti_tickets_saves",
        "Objects that were created, changed or deleted.",
        ("class_name", "operation", "way"),
        registry=registry,
    )


def tell(
    class_name: str,
    ids: list[int],
    operation: Operation,
    codes: Iterable[str],
    actor: Actor,
    stimulus: str = "",
) -> None:
    """Tell of a change once the current transaction has ended well.

    :param ids: the objects, all of one class
    :param codes: the attributes that have another value now
    :param stimulus: what caused it, if it was a transition
    """
    way = current_way()
    what = f"{operation} {stimulus}".rstrip()
    some = ", ".join(map(str, ids[:20])) + (f" and {len(ids) - 20} more" if len(ids) > 20 else "")
    attributes = ", ".join(codes)
    author = actor.account or actor.author or "nobody"

    def committed() -> None:
        log.info("%s %s %s by %r (%s): %s", what, class_name, some, author, way, attributes or "-")
        counter: Counter | None = current_app.extensions.get(_EXTENSION)
        if counter is not None:  # the plugin is on, not only its tables
            counter.labels(class_name, operation, way).inc(len(ids))

    # It must not fail: the change is stored, and whoever made it would read that it is not.
    database.after_commit(committed)
