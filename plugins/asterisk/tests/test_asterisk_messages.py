"""Messages of the manager interface, however they are cut."""

from __future__ import annotations

import pytest
from asterisk_recordings import bytes_of, messages
from cti_asterisk.ami.messages import Message, NoManager, Parser, action
from hypothesis import given
from hypothesis import strategies as st

NAMES = st.sampled_from(["caller_odd_names", "session_plain_login", "v18_inbound_busy"])


@given(name=NAMES, sizes=st.lists(st.integers(1, 900), min_size=1))
def test_where_the_bytes_are_cut_makes_no_difference(name: str, sizes: list[int]) -> None:
    received, parser, parsed, turn = bytes_of(name), Parser(), [], 0
    while received:
        size = sizes[turn % len(sizes)]
        parsed += parser.feed(received[:size])
        received, turn = received[size:], turn + 1

    assert parsed == list(messages(name))
    assert parser.banner.startswith("Asterisk Call Manager/")


def test_a_letter_that_is_cut_in_two_is_read() -> None:
    parser = Parser()
    first, second = "Event: Hangup\r\nCallerIDName: Zoë".encode()[:-1], b"\xab\r\n\r\n"

    parser.feed(b"Asterisk Call Manager/11.0.0\r\n" + first)
    (message,) = parser.feed(second)

    assert message.get("CallerIDName") == "Zoë"


def test_names_lose_both_of_their_escapes() -> None:
    (name,) = {
        message.name("CallerIDName")
        for message in messages("caller_odd_names")
        if message.event == "Newchannel" and "trunk" in message.get("Channel")
    }

    assert name == 'Société "Été: Sud", Zoë'


def test_what_asterisk_does_not_know_is_empty() -> None:
    message = Message({"ConnectedLineNum": "<unknown>", "AccountCode": ""})

    assert message.get("ConnectedLineNum") == message.get("AccountCode") == message.get("X") == ""


def test_the_first_of_several_values_counts() -> None:
    (message,) = Parser().feed(
        b"Asterisk Call Manager/11.0.0\r\nEvent: A\r\nVariable: 1\r\nVariable: 2\r\n\r\n"
    )

    assert message.get("Variable") == "1"


@pytest.mark.parametrize("received", [b"HTTP/1.1 200 OK\r\n", b"SSH-2.0-OpenSSH\r\n", b"\x16\x03"])
def test_another_server_is_recognized(received: bytes) -> None:
    with pytest.raises(NoManager, match="not the Asterisk Manager Interface"):
        Parser().feed(received)


def test_a_message_without_an_end_is_refused() -> None:
    parser = Parser()
    parser.feed(b"Asterisk Call Manager/11.0.0\r\n")

    with pytest.raises(NoManager, match="no end"):
        parser.feed(b"x" * 1_100_000)


@given(st.text(), st.text())
def test_no_value_begins_a_line_of_its_own(name: str, value: str) -> None:
    sent = action("Originate", [("CallerID", name), ("Variable", value)]).decode()

    assert sent.count("\n") == sent.count("\r\n") == 4
    assert [line.partition(":")[0] for line in sent.splitlines()] == [
        "Action",
        "CallerID",
        "Variable",
        "",
    ]
