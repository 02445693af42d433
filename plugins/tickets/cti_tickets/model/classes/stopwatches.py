"""The stop-watches of tickets: how long somebody waited, and what was promised.

A stop-watch is a time in seconds and some moments; each threshold (75 %, 100 % of what was
promised) has a deadline, and whether and by how much it was missed. The sub-codes that forms and
pages show have names of their own.
"""

from __future__ import annotations

from cti_oql.schema import Kind

from cti_tickets.model import fields as a
from cti_tickets.model.classes.changes import Ticket


class Watched(Ticket):
    """A ticket with stop-watches; no class of its own to users.

    TTO is the time until somebody took the ticket on, TTR the time until it was resolved.
    """

    class Meta:
        table_name = "ticket"

    cumulatedpending = a.duration(("Time pending", "Temps cumulé en attente"), read_only=True)
    cumulatedpending_started = a.datetime(("Pending since", "En attente depuis"), read_only=True)
    cumulatedpending_laststart = a.datetime(
        ("Pending last since", "Dernier début d'attente"), read_only=True
    )
    cumulatedpending_stopped = a.datetime(("Pending until", "Fin de l'attente"), read_only=True)
    tto = a.duration(("TTO", "TTO"), read_only=True)
    tto_started = a.datetime(("TTO started", "Début TTO"), read_only=True)
    tto_laststart = a.datetime(("TTO last started", "Dernier début TTO"), read_only=True)
    tto_stopped = a.datetime(("TTO stopped", "Fin TTO"), read_only=True)
    tto_75_deadline = a.datetime(("TTO deadline 75 %", "Échéance TTO 75 %"), read_only=True)
    tto_75_passed = a.boolean(("TTO 75 % passed", "TTO 75 % dépassé"), read_only=True)
    tto_75_triggered = a.boolean(("TTO 75 % triggered", "TTO 75 % déclenché"), read_only=True)
    tto_75_overrun = a.duration(("TTO 75 % overrun", "Dépassement TTO 75 %"), read_only=True)
    tto_100_deadline = a.datetime(("TTO deadline 100 %", "Échéance TTO 100 %"), read_only=True)
    tto_100_passed = a.boolean(("TTO 100 % passed", "TTO 100 % dépassé"), read_only=True)
    tto_100_triggered = a.boolean(("TTO 100 % triggered", "TTO 100 % déclenché"), read_only=True)
    tto_100_overrun = a.duration(("TTO 100 % overrun", "Dépassement TTO 100 %"), read_only=True)
    ttr = a.duration(("TTR", "TTR"), read_only=True)
    ttr_started = a.datetime(("TTR started", "Début TTR"), read_only=True)
    ttr_laststart = a.datetime(("TTR last started", "Dernier début TTR"), read_only=True)
    ttr_stopped = a.datetime(("TTR stopped", "Fin TTR"), read_only=True)
    ttr_75_deadline = a.datetime(("TTR deadline 75 %", "Échéance TTR 75 %"), read_only=True)
    ttr_75_passed = a.boolean(("TTR 75 % passed", "TTR 75 % dépassé"), read_only=True)
    ttr_75_triggered = a.boolean(("TTR 75 % triggered", "TTR 75 % déclenché"), read_only=True)
    ttr_75_overrun = a.duration(("TTR 75 % overrun", "Dépassement TTR 75 %"), read_only=True)
    ttr_100_deadline = a.datetime(("TTR deadline 100 %", "Échéance TTR 100 %"), read_only=True)
    ttr_100_passed = a.boolean(("TTR 100 % passed", "TTR 100 % dépassé"), read_only=True)
    ttr_100_triggered = a.boolean(("TTR 100 % triggered", "TTR 100 % déclenché"), read_only=True)
    ttr_100_overrun = a.duration(("TTR 100 % overrun", "Dépassement TTR 100 %"), read_only=True)

    tto_escalation_deadline = a.same_as(
        "tto_100_deadline", Kind.DATETIME, ("TTO deadline", "Échéance TTO")
    )
    sla_tto_passed = a.same_as(
        "tto_100_passed", Kind.BOOLEAN, ("SLA TTO passed", "SLA TTO dépassé")
    )
    sla_tto_over = a.same_as(
        "tto_100_overrun", Kind.DURATION, ("SLA TTO overrun", "Dépassement SLA TTO")
    )
    ttr_escalation_deadline = a.same_as(
        "ttr_100_deadline", Kind.DATETIME, ("TTR deadline", "Échéance TTR")
    )
    sla_ttr_passed = a.same_as(
        "ttr_100_passed", Kind.BOOLEAN, ("SLA TTR passed", "SLA TTR dépassé")
    )
    sla_ttr_over = a.same_as(
        "ttr_100_overrun", Kind.DURATION, ("SLA TTR overrun", "Dépassement SLA TTR")
    )
    time_spent = a.duration(("Resolution delay", "Délai de résolution"), read_only=True)
