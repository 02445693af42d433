"""The life cycles of changes, as data; how to read the tables: see `lifecycles`."""

from __future__ import annotations

from collections.abc import Mapping

from cti_tickets.model.lifecycles.lifecycle import LifeCycle, Transition
from cti_tickets.model.lifecycles.requests import Table, by_code, states, stimulus

_STATES = (
    "new validated rejected assigned plannedscheduled approved notapproved implemented monitored "
    "closed"
)
_ALL: Table = [
    ("ref creation_date last_update", "R R R R R R R R R R"),
    ("org_id", "- - - - R R R R R R"),
    ("title", "- - - - - - - R R R"),
    ("description", "- R - R R R R R R R"),
    ("caller_id", "M M M M M M M M R R"),
    ("requestor_id", "- R - R R R R R R R"),
    ("reason", "H R MP R R R MP R R R"),
    ("agent_id", "H H H MP M M M M R R"),
    ("supervisor_id manager_id", "H H H MP M R R R R R"),
    ("start_date", "H H H H MP M M R R R"),
    ("end_date", "H H H H MP M M M R R"),
    ("impact", "H H H H MP R R R R R"),
    ("outage", "H H H H MP R M R R R"),
    ("fallback", "H H H H MP M M M R R"),
    ("parent_id", "- - - - - - - - R R"),
    ("close_date", "H H H H H H H H H R"),
    ("private_log contacts_list functionalcis_list", "- - - - - - - - - R"),
]
# Who takes care of it is named when a normal change is validated, of others when it is assigned.
_TEAMS_AT_ASSIGNMENT: Table = [
    ("team_id", "H MP - MP M M M M R R"),
    ("supervisor_group_id manager_group_id", "H MP H MP M R R R R R"),
]
_TEAMS_AT_VALIDATION: Table = [
    ("team_id", "H MP - - - - - - R R"),
    ("supervisor_group_id manager_group_id", "H MP H M M R R R R R"),
    ("acceptance_date acceptance_comment", "H MP H - R R R R R R"),
]
_APPROVAL: Table = [
    ("approval_date approval_comment", "H H H H H MP H R R R"),
]


_STIMULI = (
    stimulus("ev_assign", "Assign", "Assigner"),
    stimulus("ev_plan", "Plan", "Planifier"),
    stimulus("ev_implement", "Implement", "Marquer comme effectué"),
    stimulus("ev_monitor", "Monitor", "Marquer comme suivi"),
    stimulus("ev_finish", "Finish", "Fermer"),
)
_APPROVING = (
    stimulus("ev_approve", "Approve", "Approuver"),
    stimulus("ev_notapprove", "Do not approve", "Ne pas approuver"),
    stimulus("ev_replan", "Replan", "Replanifier"),
)
_ENDING = (
    Transition("implemented", "ev_monitor", "monitored"),
    Transition("implemented", "ev_finish", "closed", dates=("close_date",)),
    Transition("monitored", "ev_finish", "closed", dates=("close_date",)),
)
_PLANNING = Transition("assigned", "ev_plan", "plannedscheduled")
_APPROVED_PATH = (
    _PLANNING,
    Transition("plannedscheduled", "ev_approve", "approved", resets=("reason",)),
    Transition("plannedscheduled", "ev_notapprove", "notapproved"),
    Transition("notapproved", "ev_replan", "plannedscheduled"),
    Transition("approved", "ev_implement", "implemented"),
    *_ENDING,
)

CHANGE_LIFE_CYCLES: Mapping[str, LifeCycle] = {
    "RoutineChange": LifeCycle(
        states(_STATES, _ALL, _TEAMS_AT_ASSIGNMENT),
        by_code(*_STIMULI),
        (
            Transition("new", "ev_assign", "assigned"),
            _PLANNING,
            Transition("plannedscheduled", "ev_implement", "implemented"),
            *_ENDING,
        ),
    ),
    "EmergencyChange": LifeCycle(
        states(_STATES, _ALL, _TEAMS_AT_ASSIGNMENT, _APPROVAL),
        by_code(*_STIMULI, *_APPROVING),
        (Transition("new", "ev_assign", "assigned"), *_APPROVED_PATH),
    ),
    "NormalChange": LifeCycle(
        states(_STATES, _ALL, _TEAMS_AT_VALIDATION, _APPROVAL),
        by_code(
            *_STIMULI,
            *_APPROVING,
            stimulus("ev_validate", "Validate", "Valider"),
            stimulus("ev_reject", "Reject", "Rejeter"),
            stimulus("ev_reopen", "Re-open", "Rouvrir"),
        ),
        (
            Transition("new", "ev_validate", "validated", resets=("reason",)),
            Transition("new", "ev_reject", "rejected"),
            Transition("rejected", "ev_reopen", "new"),
            Transition("validated", "ev_assign", "assigned"),
            *_APPROVED_PATH,
        ),
    ),
}
