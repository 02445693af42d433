"""The client py-zammad-cti, as its authors publish it, tells `cti-host serve` of calls."""

from __future__ import annotations

from typing import Any

from cti_calls.model.tables import JournalEntry
from real_server import serving_site
from zammad_cti import CTIClient

SITE = """
[server]
workers = 1
[plugin.webhooks.sources.support]
kind = "zammad"
"""


def test_the_client_tells_a_server_of_a_call(make_webhooks: Any) -> None:
    webhooks = make_webhooks(SITE, plugins=["phone_reformat", "calls", "webhooks"], sources={})
    call: dict[str, Any] = {"_from": "+493055571600", "to": "+493055571642", "direction": "in"}
    call["call_id"] = "307fa962"

    with serving_site(webhooks.running.config_file) as server:
        client = CTIClient(url=f"http://127.0.0.1:{server.port}{webhooks.path('support')}")
        assert client.new_call(**call, user=["Ada", "Bob"], queue="Sales") == {}
        assert client.new_call(**call, user=["Ada", "Bob"], queue="Sales") == {}  # sent again
        assert client.answer(**call, answering_number="42", user="Ada") == {}
        assert client.hangup(**call, cause="normalClearing", answering_number="42") == {}
        assert client.hangup(**{**call, "call_id": "never heard of"}, cause="cancel") == {}

    running = webhooks.running
    with running.app.app_context(), running.host.database.connection_context():
        journal = [entry.kind for entry in JournalEntry.select().where(JournalEntry.refused == 0)]
        reader = running.plugin("calls").calls.reader
        record = reader.call_of("support", "307fa962")
        unknown = reader.call_of("support", "never heard of")
    assert journal == ["newCall", "answer", "hangup", "hangup"]
    assert (record.remote, record.queue, record.outcome) == ("+493055571600", "Sales", "answered")
    assert record.answered_by == ("Ada",)
    assert [leg.device for leg in record.legs if leg.device] == ["Ada", "Bob"]
    assert unknown.outcome == "unknown"
