"""Objects are deleted in one transaction, after their plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import peewee
from cti_oql.running import marks
from flask_babel import gettext as _

from cti_host import Agent, database, writing
from cti_tickets.model.data_model import schema
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import BULK_DELETE, DELETE
from cti_tickets.store import history
from cti_tickets.store.attachments import attachments
from cti_tickets.store.deletion.plan import TICKET_TABLE, DeletionPlan, plan_deletion
from cti_tickets.store.referring.visible import chunks
from cti_tickets.store.transactions import defer_references


class DeletionRefused(ValueError):
    """Something stands against a deletion; `plan.blocked` says what. Nothing was deleted."""

    def __init__(self, plan: DeletionPlan) -> None:
        super().__init__(_("Something else needs what you want to delete."))
        self.plan = plan


class PlanChanged(ValueError):
    """Something else would go or stay than was agreed to; `plan` is what. Nothing was deleted."""

    def __init__(self, plan: DeletionPlan) -> None:
        super().__init__(_("What would be deleted has changed in the meantime."))
        self.plan = plan


def delete(
    objects: Mapping[str, Sequence[int]], *, author: Agent | None, agreed: str = ""
) -> DeletionPlan:
    """Delete objects, with what goes along, in one transaction.

    :param objects: the ids of stored objects, by their own class; several need the right to delete
        several
    :param author: who does it
    :param agreed: the fingerprint of the plan that whoever acts has seen; "" agrees to any
    :return: what was done
    :raises Forbidden: who acts may not do this with objects of one of these classes
    :raises DeletionRefused: something stands against it
    :raises PlanChanged: it is not what was agreed to
    """
    action = BULK_DELETE if sum(map(len, objects.values())) > 1 else DELETE
    for class_name in objects:
        current_access().require(action, class_name)
    try:
        with writing():
            plan = plan_deletion(objects, lock=True)
            if plan.blocked:
                raise DeletionRefused(plan)
            if agreed and plan.fingerprint != agreed:
                raise PlanChanged(plan)
            _note(plan, author)
            _carry_out(plan)
    except peewee.IntegrityError as error:
        # What the data model knows was checked: a table of another plugin needs the object.
        raise DeletionRefused(plan) from error
    return plan


def _note(plan: DeletionPlan, author: Agent | None) -> None:
    """The one place where a deletion is made part of the history."""
    for one in plan.emptied:
        history.emptied(one.class_name, one.attribute.code, one.ids, author=author)
    history.deleted(plan.deleted, author=author)


def _carry_out(plan: DeletionPlan) -> None:
    defer_references()
    attachments.forget(id_ for table, ids in plan.order if table == TICKET_TABLE for id_ in ids)
    for emptied in plan.emptied:
        table = schema()[emptied.class_name].table
        _execute(f'UPDATE "{table}" SET "{emptied.attribute.column}" = NULL', emptied.ids)  # noqa: S608
    for table, ids in reversed(plan.order):
        _execute(f'DELETE FROM "{table}"', ids)  # noqa: S608


def _execute(statement: str, ids: Sequence[int]) -> None:
    """Run a statement for some ids. Its names are the schema's, never a user's."""
    execute: Any = database.execute_sql  # peewee's types leave it out
    for some in chunks(ids):
        execute(f"{statement} WHERE id IN ({marks(database.obj, len(some))})", tuple(some))
