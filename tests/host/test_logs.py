"""Logs hold no numbers and names of persons unless an admin wants them, and never secrets."""

from __future__ import annotations

import io
import json
import logging
import re
import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, quote_plus

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cti_host import Agent, Call, Caller, Match, Number
from cti_host.app import log_policy
from cti_host.privacy import logs
from cti_host.privacy.text import (
    mask_email,
    mask_emails,
    mask_name,
    mask_number,
    mask_numbers,
    mask_secrets,
    numbers_and_masks,
)
from cti_host.testing import MakeHost
from tests.bench.numbers import abroad, at_home, numbers_of

REGIONS = ["FR", "DE", "US", "GB", "IT", "BR", "IN", "RU", "CN", "AR", "NO", "SG"]


def digits_of(text: str) -> str:
    return "".join(str(unicodedata.decimal(c)) for c in text if c.isdecimal())


class Written:
    """A logger with a handler that was there before, and what was written to it."""

    def __init__(self, policy: logs.LogPolicy) -> None:
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
        self.log = logging.getLogger("somebody.elses.library")
        self.log.addHandler(self.handler)
        self.log.setLevel(logging.DEBUG)
        self.log.propagate = False
        logs.install(policy)

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def clear(self) -> None:
        self.stream.seek(0)
        self.stream.truncate()


@pytest.fixture
def written() -> Iterator[Written]:
    made = Written(logs.LogPolicy())
    yield made
    made.log.removeHandler(made.handler)
    logs.uninstall()


def test_a_masked_number_keeps_its_form_and_its_ends() -> None:
    assert mask_number("+33 9 87 65 43 21") == "+33 9 87 ** ** 21"
    assert mask_number("0987654321") == "0987****21"
    assert mask_number("123") == "***"
    assert mask_email("ada@example.org") == "a***@example.org"
    assert mask_name("Ada Lovelace") == "A*** L***"


@pytest.mark.parametrize(
    "text",
    [
        "from 2026-11-30 to 2026-12-01",
        "2026-11-30T10:15:32.123+00:00 something",
        "the 29/11/2026 10:15, or 29.11.2026",
        "12 persons, 34 tickets",
        "R-000123456 and a1234567",
    ],
)
def test_days_and_references_are_not_numbers(text: str) -> None:
    assert mask_numbers(text) == text


_BETWEEN = ["", " ", "-", ".", "/", " - ", ")", " (", "\u00a0", "\u202f", "\u2011", "%20", "+",
            "%2D", "&nbsp;", "\\u00a0", "\t", "(0)"]  # fmt: skip
_BEFORE = ["", "+", "tel:", "sip:", "phone=", "%2B", "00", "(", '"phone": "', "n°", "Tel", "?p=",
           "&phone=%2B", "<", "'", "x_", "\u202a"]  # fmt: skip


@st.composite
def writings(draw: st.DrawFn) -> tuple[str, str]:
    """The digits of a number, and a writing of it in a text."""
    digits = draw(st.text("0123456789", min_size=7, max_size=15))
    script = draw(st.sampled_from(["0", "\u0660", "\uff10", "\u0966"]))
    written = draw(st.sampled_from(_BEFORE))
    for digit in digits:
        written += chr(ord(script) + int(digit)) + draw(st.sampled_from(_BETWEEN))
    behind = draw(st.sampled_from(["", "called", '"', ",", "; ext=12"]))
    return digits, f"{written} {behind}"


@given(writings())
@settings(max_examples=400, deadline=None)
def test_no_writing_of_a_number_gets_through(case: tuple[str, str]) -> None:
    digits, text = case
    day = re.match(r"(19|20)\d\d[01]\d[0-3]\d", digits)
    masked = logs.LogPolicy().masked(text)
    if not (day and re.search(r"\d{4}-\d\d-\d\d", text)):
        shown = digits_of(masked)
        assert digits not in shown, masked


@pytest.mark.parametrize("region", REGIONS)
def test_no_number_gets_through_as_people_and_phone_systems_write_it(region: str) -> None:
    policy = logs.LogPolicy()
    for number in numbers_of(region, 6):
        national = str(number.national_number)
        if len(national) < 7:
            continue
        for text in {*abroad(number, "DE"), *at_home(number)}:
            for line in (
                text,
                f"lookup of {text} failed",
                f'"GET /pop?phone={quote(text)}&selected_caller=all HTTP/1.1" 200',
                f'"GET /pop?phone={quote_plus(text)} HTTP/1.1" 200',
                f"next={quote(quote(f'/pop?phone={text}'))}",
                json.dumps({"phone": text}),
                repr(Call({"phone": text}, {"phone": text})),
            ):
                assert national not in digits_of(
                    re.sub(r"%(?:25)*[0-9A-F]{2}", "", policy.masked(line))
                )


def test_what_libraries_and_later_handlers_write_is_masked(written: Written) -> None:
    stream = io.StringIO()
    later = logging.StreamHandler(stream)
    written.log.addHandler(later)
    try:
        written.log.info("%s called %s", "0987654321", "+33 6 12 34 56 78")
        written.log.info('127.0.0.1 "GET /pop?phone=0987654321&name=Lovelace HTTP/1.1" 200')
    finally:
        written.log.removeHandler(later)
    for text in (written.text, stream.getvalue()):
        assert "0987****21 called +33 6 12 ** ** 78" in text
        assert "phone=0987****21&name=*** HTTP" in text


def test_objects_of_the_host_are_named_by_their_keys(written: Written) -> None:
    ada = Caller("Person", 1, "Ada Lovelace", {"email": "ada@example.org"}, source="tickets")
    number = Number("0987654321", "+33987654321")
    call = Call({"name": "Lovelace"}, {"phone": number})
    written.log.warning(
        "%s %r %s %s %s", ada, [Match(ada, "why")], call, number, Agent("sam", "Sam")
    )
    written.log.warning("%(who)s", {"who": ada})
    written.log.warning(ada)
    assert "Lovelace" not in written.text
    assert "ada@" not in written.text
    assert "987654321" not in written.text
    assert "tickets:Person:1 ['tickets:Person:1'] a call 0987****21 sam" in written.text


def test_a_traceback_says_where_but_not_with_what(written: Written) -> None:
    name, number = "Ada Lovelace", "0987654321"  # a traceback shows lines of code
    try:
        try:
            raise KeyError(name)
        except KeyError as error:
            raise ValueError(f"no person has {number}") from error
    except ValueError:
        written.log.exception("it failed")
    assert "Lovelace" not in written.text
    assert "0987654321" not in written.text
    assert "ValueError (what it says is not shown" in written.text
    assert ", in test_a_traceback_says_where_but_not_with_what" in written.text
    assert "direct cause" in written.text
    written.clear()
    try:
        open("/there/is/no/such/file")  # noqa: SIM115
    except OSError as error:
        written.log.error("it failed: %s", error, exc_info=True)
    assert "No such file or directory" in written.text


def test_an_admin_turns_numbers_and_names_on(written: Written, make_host: MakeHost) -> None:
    running = make_host("[privacy]\nlog_numbers = true\n")
    logs.keep_to(log_policy(running.host.settings))
    written.log.info("0987654321 of ada@example.org")
    assert "0987654321 of a***@example.org" in written.text
    logs.keep_to(logs.LogPolicy(numbers=True, names=True))
    written.clear()
    try:
        raise ValueError("Ada, 0987654321, password=hunter2")
    except ValueError:
        written.log.exception("of ada@example.org")
    assert "of ada@example.org" in written.text
    assert "ValueError: Ada, 0987654321, password=***" in written.text


@pytest.mark.parametrize(
    "text",
    [
        "password=hunter2",
        'the form was {"password": "hunter2", "name": "x"}',
        "Authorization: Bearer hunter2",
        "Cookie: cti_host=hunter2",
        "postgresql://cti:hunter2@db/cti",
        "GET /x?token=hunter2&y=1",
        "api_key: hunter2",
        "csrf_token='hunter2'",
        "mot de passe: hunter2",
        "password => hunter2",
        "my_old-password_of_today=hunter2",
        "tokenpasstoken=hunter2",
    ],
)
def test_secrets_are_never_written(written: Written, text: str) -> None:
    for policy in (logs.LogPolicy(), logs.LogPolicy(numbers=True, names=True)):
        logs.keep_to(policy)
        written.log.info("it was %s", text)
        written.log.info(text)
    assert "hunter2" not in written.text


LONG = 100_000


@pytest.mark.parametrize(
    "text",
    [
        "a" * LONG,
        "a" * LONG + " @",
        "a" * 64 + "@" + "b" * LONG,
        "a@" * LONG,
        "a." * LONG + "@",
        "token" * LONG,
        "pass-x_" * LONG,
        "token" + " " * LONG,
        "token=" + " " * LONG,
        "://a:" * LONG,
    ],
    ids=lambda text: text[:6],
)
def test_long_texts_take_no_longer_for_each_character(text: str) -> None:
    """They would take minutes if each place of the text were a beginning to be tried."""
    mask_secrets(text)
    mask_emails(text)
    assert list(numbers_and_masks(text)) == []


@pytest.mark.parametrize("between", ["|", "'", "/", " ", ",", "&", ";"])
def test_each_of_several_addresses_is_masked(between: str) -> None:
    masked = mask_emails(f"ada@example.org{between}{'d' * 70}bob@example.org")
    assert "ada@" not in masked
    assert "bob@" not in masked


def test_a_long_message_is_cut_and_shows_no_part_of_a_number(written: Written) -> None:
    for number in ("0987654321", "postgresql://cti:hunter2@db", "ada@example.org"):
        for before in range(logs.MOST_CHARACTERS - 20, logs.MOST_CHARACTERS + 520, 3):
            written.clear()
            written.log.info("%s%s%s", "é " * (before // 2), number, " z" * 600)
            assert "654321" not in written.text
            assert "0987 6" not in written.text
            assert "hunter" not in written.text
            assert "ada@" not in written.text
            assert "09876" not in written.text
            assert len(written.text) < logs.MOST_CHARACTERS + 100
            assert written.text.endswith("… (cut)\n")


def test_names_that_plugins_returned_are_masked_in_the_same_request(
    written: Written, make_host: MakeHost
) -> None:
    plugin = """
import logging

from cti_host import Caller, Match, hookimpl

log = logging.getLogger("somebody.elses.library")


class Plugin:
    @hookimpl
    def lookup_callers(self, call):
        return [Match(Caller("Person", 1, "Ada Lovelace, Analytical Ltd", {"email": "a@b.org"},
                             name="Ada Lovelace"), "why")]

    @hookimpl
    def ticket_lists(self, call, callers):
        log.warning("no tickets of ada lovelace of Analytical Ltd")
        raise RuntimeError("Ada Lovelace")
"""
    running = make_host(plugins=["book"], sources={"book": plugin})
    page = running.client().get("/pop?phone=0987654321")
    assert "Ada Lovelace" in page.text
    assert "no tickets of a*** l*** of Analytical Ltd" in written.text


def test_the_log_of_calls_keeps_its_own_rule(written: Written, make_host: MakeHost) -> None:
    text = {}
    for numbers in ("true", "false"):
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        log = logging.getLogger("cti_host.plugin.event_log")
        log.addHandler(handler)
        log.setLevel(logging.INFO)
        try:
            toml = f"[plugin.event_log]\nnumbers = {numbers}\n"
            running = make_host(toml, plugins=["phone_reformat", "event_log"])
            running.client().get("/pop?phone=%2B33987654321")
        finally:
            log.removeHandler(handler)
        text[numbers] = stream.getvalue()
    logs.forget_own_rules()
    assert '"number": "+33987654321"' in text["true"]
    assert "987654321" not in text["false"]


def test_a_message_that_can_not_be_made_is_no_failure(written: Written) -> None:
    class Strange:
        def __str__(self) -> str:
            raise RuntimeError("0987654321")

    written.log.info("%s", Strange())
    written.log.info("%d", "not a number")
    assert written.text.count("(a message could not be masked)") == 2


def test_installing_twice_masks_once(written: Written) -> None:
    before: Any = logging.getLogRecordFactory()
    logs.install(logs.LogPolicy())
    assert logging.getLogRecordFactory() is before
    assert phonenumbers.parse("+33987654321")
