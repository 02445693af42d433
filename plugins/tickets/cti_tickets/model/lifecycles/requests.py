"""The life cycles of user requests, incidents and problems, as data; see also `lifecycles_changes`.

A table says what each state says of each attribute, one column a state: H hidden, R read-only,
M mandatory, C must change and P must be prompted when the state is entered, "-" none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cti_host import Localised
from cti_tickets.model.lifecycles.lifecycle import Flag, LifeCycle, Stimulus, Transition, flags

Table = Iterable[tuple[str, str]]

_TTO_DATES = ("assignment_date",)
# Pages show them under names of their own, or not at all; queries know them.
_WATCH_PARTS = " ".join(
    [
        "cumulatedpending tto ttr",
        *(
            f"{watch}_{part}"
            for watch in ("cumulatedpending", "tto", "ttr")
            for part in ("started", "laststart", "stopped")
        ),
        *(
            f"{watch}_{percent}_{part}"
            for watch in ("tto", "ttr")
            for percent in (75, 100)
            for part in ("deadline", "passed", "triggered", "overrun")
        ),
    ]
)


def stimulus(code: str, english: str, french: str, *, internal: bool = False) -> Stimulus:
    """A stimulus with its labels."""
    return Stimulus(code, Localised.of(english, french), internal)


def by_code(*stimuli: Stimulus) -> dict[str, Stimulus]:
    """Stimuli by their codes."""
    return {found.code: found for found in stimuli}


def states(names: str, *tables: Table) -> dict[str, dict[str, Flag]]:
    """The flags by state of some tables whose columns are these states."""
    found: dict[str, dict[str, Flag]] = {name: {} for name in names.split()}
    for table in tables:
        for codes, row in table:
            for state, letters in zip(found, row.split(), strict=True):
                if letters != "-":
                    found[state].update(dict.fromkeys(codes.split(), flags(letters)))
    return found


def _always(codes: str, letters: str, names: str) -> Table:
    return [(codes, " ".join([letters] * len(names.split())))]


_REQUEST_STIMULI = (
    stimulus("ev_assign", "Assign", "Assigner"),
    stimulus("ev_reassign", "Re-assign", "Réassigner"),
    stimulus("ev_pending", "Pending", "En attente"),
    stimulus("ev_resolve", "Mark as resolved", "Marquer comme résolu"),
    stimulus("ev_reopen", "Re-open", "Rouvrir"),
    stimulus("ev_timeout", "Timeout", "Délai dépassé", internal=True),
    stimulus("ev_autoresolve", "Automatic resolve", "Résolution automatique", internal=True),
    stimulus("ev_autoclose", "Automatic close", "Fermeture automatique", internal=True),
)


def _assign(source: str, *, first: bool = False) -> Transition:
    return Transition(source, "ev_assign", "assigned", dates=_TTO_DATES if first else ())


def _reassign(source: str) -> Transition:
    change = {"agent_id": flags("MCP"), "team_id": flags("MP")}
    return Transition(source, "ev_reassign", "assigned", change)


def _resolve(*sources: str, name: str = "ev_resolve") -> list[Transition]:
    return [
        Transition(
            source,
            name,
            "resolved",
            dates=("resolution_date",),
            elapsed="time_spent",
            cascades=True,
        )
        for source in sources
    ]


_REQUEST_WAYS = (
    _assign("new", first=True),
    Transition("new", "ev_timeout", "escalated_tto"),
    _assign("escalated_tto", first=True),
    Transition("assigned", "ev_pending", "pending", dates=("last_pending_date",)),
    *_resolve("assigned", "escalated_ttr"),
    _reassign("assigned"),
    _reassign("escalated_ttr"),
    Transition("assigned", "ev_timeout", "escalated_ttr"),
    Transition("escalated_ttr", "ev_pending", "pending", dates=("last_pending_date",)),
    _assign("pending"),
    Transition("resolved", "ev_close", "closed", dates=("close_date",)),
    Transition("resolved", "ev_reopen", "assigned"),
    *_resolve("new", "assigned", "escalated_ttr", "pending", "resolved", name="ev_autoresolve"),
)

_USER_REQUEST_STATES = (
    "new waiting_for_approval approved rejected escalated_tto assigned escalated_ttr pending "
    "resolved closed"
)
_USER_REQUEST: Table = [
    ("ref start_date last_update request_type priority", "R R R R R R R R R R"),
    ("org_id", "M M M M M M M M R R"),
    ("caller_id", "M M M M M - - - R R"),
    ("team_id", "H - - - - RMP RM RM R R"),
    ("agent_id", "H H H H H RMP RM RM R R"),
    ("close_date", "H H H H H H H H H R"),
    ("approver_id", "H P R H H R R R R R"),
    ("escalation_flag escalation_reason", "H H H H H - - - R R"),
    ("assignment_date sla_tto_passed sla_tto_over", "H H H H H R R R R R"),
    ("resolution_date sla_ttr_passed sla_ttr_over time_spent", "H H H H H H H H R R"),
    ("last_pending_date", "H H H H H H H R H H"),
    ("tto_escalation_deadline", "R R R H R H H H H H"),
    ("ttr_escalation_deadline", "H H H H H R R H H H"),
    ("resolution_code solution", "H H H H H H H H MP R"),
    ("pending_reason", "H H H H H H H MP R R"),
    ("user_satisfaction user_comment", "H H H H H H H H H RP"),
    ("title description impact urgency origin end_date", "- - - - - - - - R R"),
    ("parent_request_id parent_problem_id parent_change_id", "- - - - - - - - R R"),
    ("service_id", "- - - - - - - - MP R"),
    ("servicesubcategory_id", "- - - - - - - - P R"),
    ("private_log public_log contacts_list functionalcis_list", "- - - - - - - - - R"),
]

_INCIDENT_STATES = "new escalated_tto assigned escalated_ttr pending resolved closed"
_INCIDENT: Table = [
    ("ref start_date last_update priority", "R R R R R R R"),
    ("org_id", "M M M M M R R"),
    ("caller_id", "M M - - - R R"),
    ("team_id", "H - RMP RM RM R R"),
    ("agent_id", "H H RMP RM RM R R"),
    ("close_date", "H H H H H H R"),
    ("escalation_flag escalation_reason", "H H - - - R R"),
    ("assignment_date", "H H R R R R R"),
    ("resolution_date sla_ttr_passed sla_ttr_over time_spent", "H H H H H R R"),
    ("last_pending_date", "H H H H R H H"),
    ("tto_escalation_deadline", "R R H H H H H"),
    ("sla_tto_passed sla_tto_over", "H H R R H R R"),
    ("ttr_escalation_deadline", "H H R R H H H"),
    ("resolution_code solution", "H H H H H MP R"),
    ("pending_reason", "H H H H MP R R"),
    ("user_satisfaction user_comment", "H H H H H H RP"),
    ("title description impact urgency origin end_date", "- - - - - R R"),
    ("parent_incident_id parent_problem_id parent_change_id", "- - - - - R R"),
    ("service_id", "- - - - - MP R"),
    ("servicesubcategory_id", "- - - - - P R"),
    ("private_log public_log contacts_list functionalcis_list", "- - - - - - R"),
]

_PROBLEM_STATES = "new assigned resolved closed"
_PROBLEM: Table = [
    ("ref start_date last_update priority", "R R R R"),
    ("org_id description impact urgency", "P - R R"),
    ("team_id agent_id", "H MP R R"),
    ("close_date", "H H H R"),
    ("assignment_date", "H R R R"),
    ("resolution_date", "H H R R"),
    ("caller_id title end_date", "- - R R"),
    ("service_id", "- - M R"),
    ("servicesubcategory_id product", "- - P R"),
    ("private_log related_change_id contacts_list functionalcis_list", "- - - R"),
]
_HAS_SERVICES = frozenset({"service_id"})
_UNTAKEN = frozenset({"new", "approved", "escalated_tto"})
_WATCHES = {
    "tto": _UNTAKEN,
    "ttr": _UNTAKEN | {"assigned", "escalated_ttr"},
    "cumulatedpending": frozenset({"pending"}),
}

LIFE_CYCLES: Mapping[str, LifeCycle] = {
    "UserRequest": LifeCycle(
        states(
            _USER_REQUEST_STATES,
            _USER_REQUEST,
            _always(_WATCH_PARTS, "H", _USER_REQUEST_STATES),
        ),
        by_code(
            *_REQUEST_STIMULI,
            stimulus("ev_wait_for_approval", "Wait for approval", "Attendre une approbation"),
            stimulus("ev_approve", "Approve", "Approuver"),
            stimulus("ev_reject", "Reject", "Rejeter"),
            stimulus("ev_close", "Close this request", "Fermer cette demande"),
        ),
        (
            *_REQUEST_WAYS,
            Transition("new", "ev_wait_for_approval", "waiting_for_approval"),
            Transition("waiting_for_approval", "ev_approve", "approved"),
            Transition("waiting_for_approval", "ev_reject", "rejected"),
            _assign("approved", first=True),
            Transition("approved", "ev_timeout", "escalated_tto"),
            *_resolve("approved", name="ev_autoresolve"),
            Transition("rejected", "ev_reopen", "new"),
        ),
        optional_if_none=_HAS_SERVICES,
        watches=_WATCHES,
    ),
    "Incident": LifeCycle(
        states(_INCIDENT_STATES, _INCIDENT, _always(_WATCH_PARTS, "H", _INCIDENT_STATES)),
        by_code(
            *_REQUEST_STIMULI,
            stimulus("ev_close", "Close this incident", "Fermer cet incident"),
        ),
        _REQUEST_WAYS,
        optional_if_none=_HAS_SERVICES,
        watches=_WATCHES,
    ),
    "Problem": LifeCycle(
        states(_PROBLEM_STATES, _PROBLEM),
        by_code(
            stimulus("ev_assign", "Assign", "Assigner"),
            stimulus("ev_reassign", "Re-assign", "Réassigner"),
            stimulus("ev_resolve", "Mark as resolved", "Marquer comme résolu"),
            stimulus("ev_close", "Close this problem", "Fermer ce problème"),
        ),
        (
            _assign("new", first=True),
            Transition("assigned", "ev_reassign", "assigned"),
            Transition("resolved", "ev_reassign", "assigned"),
            Transition("assigned", "ev_resolve", "resolved", dates=("resolution_date",)),
            Transition("resolved", "ev_close", "closed", dates=("close_date",)),
        ),
        optional_if_none=_HAS_SERVICES,
    ),
}
