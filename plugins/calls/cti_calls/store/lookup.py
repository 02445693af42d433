"""Who calls: looked up once for each call, by whoever shows it first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cti_calls.model.records import CallRecord
from cti_calls.store.rows.moments import now_ms
from cti_calls.store.rows.sql import execute
from cti_calls.store.taking.numbers import Numbers
from cti_host import Agent, Call, Caller, Host, Matches


class Lookup:
    """Finds the callers of calls as the panel does, and keeps who it surely is.

    What is kept was found by an agent who may see everybody, and is only shown to such agents:
    whoever is limited to some organizations looks callers up on their own.
    """

    def __init__(self, host: Host, numbers: Numbers) -> None:
        self._host, self._numbers = host, numbers

    def look_up(self, record: CallRecord, agent: Agent | None) -> CallRecord:
        """A call with its caller, if there is exactly one who is surely meant.

        Call it outside of transactions: it asks other plugins, which may take their time.

        :param agent: who is going to see it, on the page of this request; `None`: nobody, so that
            anybody may be found
        """
        kept = self.shown([record], agent)[0]
        if kept.caller or not record.remote_key or record.withheld:
            return kept
        if _sees_all(agent) and _was_looked_up(record.id):
            return kept
        attribute = self._numbers.attribute
        texts = {attribute: record.remote}
        call = Call(texts, texts, record=record.id)
        _call, matches = self._host.hooks.follow(self._host.hooks.finding_callers(call))
        self.keep(record.id, matches, agent)
        found = sure_caller(matches)
        if found is None:
            return kept
        return replace(kept, caller=found.key, caller_display=found.display)

    def keep(self, id_: int, matches: Matches, agent: Agent | None) -> None:
        """Keep who calls, as it was found for the panel of a call.

        :param matches: everybody who was found
        :param agent: who looked
        """
        if not _sees_all(agent) or matches.hidden:
            return
        found = sure_caller(matches)
        # What an agent has written down meanwhile stays. One statement is a transaction.
        execute(
            "UPDATE call_record SET looked_up_at = ?, caller = ?, caller_display = ?"
            " WHERE id = ? AND looked_up_at IS NULL AND caller = ''",
            [now_ms(), found.key if found else "", found.display[:255] if found else "", id_],
        )

    def shown(self, records: Sequence[CallRecord], agent: Agent | None) -> list[CallRecord]:
        """Calls as an agent may see them: without callers that were found by others."""
        if _sees_all(agent):
            return list(records)
        return [replace(one, caller="", caller_display="") for one in records]


def sure_caller(matches: Matches) -> Caller | None:
    """The one caller who is surely meant; `None`: nobody, or several."""
    sure = matches.sure
    return sure[0].caller if len(sure) == matches.sure_total == 1 else None


def _sees_all(agent: Agent | None) -> bool:
    return agent is None or not agent.organizations


def _was_looked_up(id_: int) -> bool:
    sql = "SELECT 1 FROM call_record WHERE id = ? AND looked_up_at IS NOT NULL"
    return execute(sql, [id_]).fetchone() is not None
