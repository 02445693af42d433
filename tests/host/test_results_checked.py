"""What plugins return is checked as deep as it is used: a wrong value costs one line, no page.

Each field of each type that crosses a hook of the panel gets values of every wrong kind; a field
that is added to a type is tried without a change here.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import pytest

from cti_host import (
    Agent,
    Call,
    Caller,
    Match,
    NavigationItem,
    Number,
    OutboundAction,
    PanelSection,
    Ticket,
    TicketList,
)
from cti_host.isolation.checks import check_for
from cti_host.isolation.trace import current_trace
from cti_host.testing import MakeHost

NUMBER = "0987654321"
FOUND = "[plugin.people]\nfound = ['Ada']\ntickets = 2\n"

LOOKUP = "Caller lookup by wrong is not available right now."
LISTS = "Tickets from wrong are not available right now."
SECTION = "A section of wrong is not available right now."
PREPROCESS = "The number could not be preprocessed by wrong."
SIGN_IN = "Sign-in by wrong is not available right now."


@dataclass(frozen=True)
class Place:
    """Where a type crosses a hook: how a plugin returns one, and how a page tells of a wrong one.

    `returned` is Python with VALUE for the object; `at` is where a field of it is in the result.
    """

    cls: type
    made: str
    hook: str
    returned: str
    line: str
    at: str = ""


PLACES = [
    Place(
        Match, "Match(Caller('Person', 9, 'Bo'))", "lookup_callers(self, call)", "[VALUE]", LOOKUP
    ),
    Place(
        Caller,
        "Caller('Person', 9, 'Bo')",
        "lookup_callers(self, call)",
        "[Match(Caller('Person', 8, 'Cy')), Match(VALUE)]",
        LOOKUP,
        "caller.",
    ),
    Place(
        TicketList,
        "TicketList('l', 'List', 0)",
        "ticket_lists(self, call, callers)",
        "[VALUE]",
        LISTS,
    ),
    Place(
        Ticket,
        "Ticket('UserRequest', 7, 'R-000007', 'Printer')",
        "ticket_lists(self, call, callers)",
        "[TicketList('l', 'List', 2, [Ticket('UserRequest', 8, 'R-000008', 'PC'), VALUE])]",
        LISTS,
        "tickets[1].",
    ),
    Place(
        PanelSection,
        "PanelSection('Title', '<p>text</p>')",
        "panel_sections(self, call, callers)",
        "[VALUE]",
        SECTION,
    ),
    Place(Call, "call", "preprocess_parameters(self, call)", "VALUE", PREPROCESS),
    Place(NavigationItem, "NavigationItem('Label', '/')", "navigation(self, agent)", "[VALUE]", ""),
    Place(Agent, "Agent('sam')", "identify_agent(self, request)", "VALUE", SIGN_IN),
]

# Values that are wrong for a type; none of them may be a person's number.
WRONG: dict[Any, Sequence[str]] = {
    str: ("None", "7", "b'x'", "['x']", "object()", "'half of a pair: \\ud83d'"),
    int: ("None", "'7'", "True", "7.5"),
    bool: ("None", "1", "'yes'"),
    "datetime": ("'2026-01-01'", "7"),
    "Address": (
        "'http://['",
        "'http://host:port/'",
        "'/a\\r\\nSet-Cookie: x'",
        "'/a\\tb'",
        "'javascript:alert(1)'",
        "' java\\tscript:x'",
        "'DATA:text/html,x'",
        "'vbscript:x'",
    ),
    "Count": ("-1",),
    "Position": ("0",),
    "mapping": (
        "None",
        "'x'",
        "[('a', 'b')]",
        "{7: 'x'}",
        "{'a': None}",
        "{'a': ['x']}",
        "{'a': '\\ud83d'}",
    ),
    "tickets": ("None", "'x'", "[None]", "['R-000001']", "(Caller('Person', 1, 'x'),)"),
    "caller": ("None", "'Ada'", "Ticket('UserRequest', 7, 'R', 'x')"),
    "given": ("None", "'national'"),
    "place": ("None", "'person'"),
    "profiles": ("None", "'Administrator'", "[None]"),
}


def wrong_values(annotation: Any) -> Sequence[str]:
    """Python for values that a field with this annotation must not have."""
    if get_origin(annotation) is Annotated:
        kind, must = get_args(annotation)
        name = {"an": "Address", "0": "Count", "1": "Position"}[must.what.split()[0]]
        return [*WRONG[kind], *WRONG[name]]
    if get_origin(annotation) in (Union, types.UnionType):
        alternatives = [one for one in get_args(annotation) if one is not type(None)]
        (kind,) = alternatives
        return [value for value in wrong_values(kind) if value != "None"]
    if annotation in WRONG:
        return WRONG[annotation]
    name = str(annotation)
    for part, key in [
        ("Mapping", "mapping"),
        ("tuple", "tickets"),
        ("Caller", "caller"),
        ("frozenset", "profiles"),
        ("datetime", "datetime"),
        ("Given", "given"),
        ("SectionPlace", "place"),
    ]:
        if part in name:
            return WRONG[key]
    raise AssertionError(f"no wrong value is known for {annotation}")


def cases(cls: Any) -> Iterator[tuple[str, str]]:
    """Each field of a class with each value that it must not have."""
    hints = get_type_hints(cls, include_extras=True)
    for field in fields(cls):
        for value in wrong_values(hints[field.name]):
            yield field.name, value


SOURCE = """
from dataclasses import replace

from cti_host import *


class Plugin:
    wrong = {{}}

    @hookimpl(strangers=True)
    def {hook}:
        VALUE = replace({made}, **{{name: eval(value) for name, value in self.wrong.items()}})
        return {returned}
"""


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.cls.__name__)
def test_a_wrong_value_in_any_field_costs_one_line_and_is_named_in_the_log(
    make_host: MakeHost, people: str, caplog: pytest.LogCaptureFixture, place: Place
) -> None:
    source = SOURCE.format(hook=place.hook, made=place.made, returned=place.returned)
    running = make_host(
        FOUND, plugins=["wrong", "people"], sources={"wrong": source, "people": people}
    )
    plugin, client = running.host.plugins[0].instance, running.client()
    hook = place.hook.partition("(")[0]

    def errors() -> list[str]:
        said = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
        caplog.clear()
        return said

    assert client.get(f"/pop?phone={NUMBER}").status_code == 200
    assert errors() == []
    for field, value in cases(place.cls):
        plugin.wrong = {field: value}
        page = client.get(f"/pop?phone={NUMBER}")
        (message,) = errors()
        assert page.status_code == 200, (field, value)
        assert "Ada" in page.text
        assert message.startswith(f"{hook} of plugin wrong: returned a "), (field, value)
        assert f" whose {place.at}{field}" in message
        assert NUMBER not in message
        answer = running.get_json(f"/pop?phone={NUMBER}")
        assert answer["problems"] == ([place.line] if place.line else []), (field, value)
        assert len(answer["callers"]) >= 1
        errors()


@pytest.mark.parametrize("cls", [OutboundAction, Number])
def test_the_check_finds_a_wrong_value_in_every_field(cls: Any) -> None:
    made = Number(NUMBER, "+33987654321") if cls is Number else OutboundAction("a", "b", "tel:1")
    check = check_for(cls)
    assert check(made) is None
    for field, value in cases(cls):
        changed = object.__new__(cls)
        vars(changed).update(vars(made))
        vars(changed)[field] = eval(value)  # noqa: S307 -- it is written above
        wrong = check(changed)
        assert wrong is not None, (field, value)
        assert wrong.place.partition("[")[0] == field


@pytest.mark.parametrize(
    ("hook", "body", "problem"),
    [
        (
            "creation_form_url(self, class_name, values, return_url)",
            "'javascript:alert(1)'",
            "returned not an address that is safe to open",
        ),
        ("sign_in_url(self, next_url)", "7", "returned int, not str"),
        ("class_label(self, class_name)", "b'Request'", "returned bytes, not str"),
        ("parse_number(self, text)", "text", "returned str, not Number"),
        (
            "creation_presets(self, class_name, caller, call, direct)",
            "{'org_id': 3}",
            "returned a dict whose ['org_id'] is int, not str",
        ),
        ("models(self)", "[int]", "returned the class int, which is not a Model"),
    ],
)
def test_what_is_no_dataclass_is_checked_too(
    make_host: MakeHost, hook: str, body: str, problem: str
) -> None:
    source = f"from cti_host import *\n\n\nclass Plugin:\n    @hookimpl\n    def {hook}:\n"
    if hook == "models(self)":
        from cti_host.settings.problems import ConfigRefused

        with pytest.raises(ConfigRefused, match=problem):
            make_host(plugins=["wrong"], sources={"wrong": f"{source}        return {body}\n"})
        return
    running = make_host(plugins=["wrong"], sources={"wrong": f"{source}        return {body}\n"})
    name, _, parameters = hook.removesuffix(")").partition("(self, ")
    arguments = dict.fromkeys(parameters.split(", "), "text")
    if name == "creation_presets":
        arguments["caller"] = None  # type: ignore[assignment]
    with running.app.test_request_context():
        assert list(running.host.hooks.results(name, **arguments)) == []
        assert [span.problem for span in current_trace().spans] == [problem]


def test_an_exception_without_a_message_and_one_whose_reason_fails_cost_one_line(
    make_host: MakeHost, people: str
) -> None:
    source = """
        from cti_host import Unavailable, hookimpl


        class Mute(Exception):
            def __str__(self):
                raise RuntimeError


        class Unreasonable(Unavailable):
            @property
            def reason(self):
                raise RuntimeError


        class Final(BaseException):
            pass


        class Plugin:
            @hookimpl
            def lookup_callers(self, call):
                raise {"1": Mute, "2": Unreasonable, "3": Final, "4": KeyboardInterrupt}[
                    call.received["phone"]
                ]
        """
    running = make_host(
        FOUND, plugins=["wrong", "people"], sources={"wrong": source, "people": people}
    )
    for phone in "1234":
        answer = running.get_json(f"/pop?phone={phone}")
        assert answer["problems"] == [LOOKUP]
        assert [caller["display"] for caller in answer["callers"]] == ["Ada"]


@pytest.mark.parametrize("wrong", ["\ud83d", b"FR", ["FR"]])
def test_what_looks_like_a_right_value_before_is_checked_all_the_same(wrong: Any) -> None:
    check = check_for(Number)
    right = Number("09 87 65 43 21", "+33987654321", region="FR")
    for _ in range(3):
        assert check(right) is None
        assert check(replace(right, region=None)) is None
        found = check(replace(right, region=wrong))
        assert found is not None
        assert found.place == "region"


@pytest.mark.parametrize(
    "field",
    [
        {"started": "datetime.max", "updated": "datetime.min"},
        {"started": "datetime.max.replace(tzinfo=timezone.utc)"},
        {"url": "'tel:+33987654321'", "modify_url": "'//elsewhere.example/1'"},
        {"url": "'sip:desk@pbx.example:5060'", "modify_url": "'/tickets/1?a=b c'"},
        {"title": "'\\N{TELEPHONE RECEIVER} \\x00 \\u2028'"},
        {"id": "-1"},
        {"id": "10 ** 30"},
    ],
)
def test_what_is_unusual_but_not_wrong_is_shown(
    make_host: MakeHost, people: str, field: dict[str, str]
) -> None:
    place = PLACES[3]
    source = SOURCE.format(hook=place.hook, made=place.made, returned=place.returned)
    running = make_host(
        f"timezone = 'Asia/Tokyo'\n{FOUND}",
        plugins=["wrong", "people"],
        sources={"wrong": f"from datetime import *\n{source}", "people": people},
    )
    running.host.plugins[0].instance.wrong = field
    page = running.client().get(f"/pop?phone={NUMBER}")
    assert page.status_code == 200
    assert "R-000008" in page.text
    assert running.get_json(f"/pop?phone={NUMBER}")["problems"] == []
