"""Events of sipgate.io, which are like Zammad's with some more."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cti_calls.api_for_plugins import FactKind, LegOutcome
from markupsafe import escape

from cti_webhooks.kinds import zammad
from cti_webhooks.kinds.understood import Reply, Understood
from cti_webhooks.payload import Payload

_EVENTS = {"newcall": "newCall", "answer": "answer", "hangup": "hangup", "dtmf": "dtmf"}
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


class SipgateReader:
    """`newCall`, `answer`, `hangup`; `dtmf` is noted. A call that was handed on has a new key."""

    def read(self, payload: Payload, received_at: datetime) -> Understood:
        """See `Reader`."""
        event = zammad.known_event(payload, _EVENTS)
        if event == "dtmf":
            return Understood(event)
        base, key_is_number = zammad.base_fact(payload)
        if event == "newCall":
            facts = zammad.new_call(payload, base)
            before = (payload.text("origCallId") or "").strip()
            if before and before != base.call:
                joined = replace(base, kind=FactKind.JOINED, other=before)
                facts = (*facts, joined)
        elif event == "answer":
            facts = zammad.answer(payload, base)
        else:
            facts = zammad.hangup(payload, base, received_at)
            if facts[-1].outcome is LegOutcome.FORWARDED:
                # It goes on under another key, which names this one: what becomes of it is told
                # there.
                facts = (replace(facts[-1], outcome=None),)
        return Understood(event, facts, reuses_keys=key_is_number)

    def reply(self, event: str, address: str) -> Reply:
        """To a new call, where to send what becomes of it: else nothing more would come."""
        inside = f' onAnswer="{escape(address)}" onHangup="{escape(address)}"'
        body = f"{_HEAD}<Response{inside if event == 'newCall' else ''}/>"
        return Reply(body, "application/xml")
