"""Objects are deleted here: with what can't be without them, and never with a link left behind."""

from cti_tickets.store.deletion.delete import DeletionRefused, PlanChanged, delete
from cti_tickets.store.deletion.plan import Blocked, DeletionPlan, Emptied, plan_deletion
from cti_tickets.store.referring.visible import visible

__all__ = [
    "Blocked",
    "DeletionPlan",
    "DeletionRefused",
    "Emptied",
    "PlanChanged",
    "delete",
    "plan_deletion",
    "visible",
]
