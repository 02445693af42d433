"""Templates for replies: who offers them, what stands in them, and that nothing typed is lost."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from cti_tickets.api_for_plugins import ReplyTemplate

from cti_host import BadSetting, Localised

AGENTS = """
from cti_host import Agent, hookimpl

class Plugin:
    @hookimpl
    def identify_agent(self, request):
        profiles = request.headers.get("X-Profiles", "Support Agent").split(", ")
        return Agent("ada", "Ada Lovelace", profiles=frozenset(profiles), contact_source="tickets")
"""
SETTINGS = """
[plugin.tickets.reply_templates.received]
label = "Received"
"label/FR FR" = "Bien reçu"
text = "Dear {caller},\\nwe have {ref} ({title}).\\n{agent} {{desk}}"
"text/FR FR" = "Bonjour {caller}"
log = "public_log"

[plugin.tickets.reply_templates.checked]
label = "Checked"
text = "Checked <b>all</b> cables."
classes = ["Incident", "UserRequest"]
states = ["new"]
log = "private_log"

[plugin.tickets.reply_templates.incidents]
label = "For incidents"
text = "x"
classes = ["Incident"]

[plugin.tickets.reply_templates.closed]
label = "For what is closed"
text = "x"
states = ["closed"]
"""
TICKET = "/objects/UserRequest/1"
BUTTON = re.compile(
    r'<button [^>]*name="template" value="([^"]+)"[^>]* data-template="([^"]*)" data-log="([^"]*)"'
)


def templates(page: Any) -> dict[str, str]:
    """The texts of the templates that a page offers, by what their buttons send."""
    return {unescape(value): unescape(text) for value, text, _log in BUTTON.findall(page.html)}


@pytest.fixture
def make_desk(make_site: Any) -> Any:
    """`make_desk(toml)`: a ticket of a customer; more plugins are given by their source."""

    def make(toml: str = SETTINGS, **sources: str) -> Any:
        site = make_site(
            toml,
            plugins=["agents", "phone_reformat", "tickets", *sources],
            sources={"agents": AGENTS, **sources},
        )
        site.add("Organization", name="Customer")
        site.add("Person", first_name="Clara", name="<Byron>", org_id=1)
        title = "Line 1\N{RIGHTWARDS ARROW} {agent} & 'no' sound"
        site.add("UserRequest", title=title, description="x", org_id=1, caller_id=1)
        return site

    return make


@pytest.fixture
def site(make_desk: Any) -> Any:
    """Such a site with `SETTINGS`."""
    return make_desk()


def press(site: Any, value: str, /, **typed: str) -> Any:
    """Press the button of a template in a browser without JavaScript."""
    form = next(f for f in site.get(TICKET).forms if f.action.endswith("/reply"))
    fields = {k: v for k, v in form.fields.items() if k not in ("files", "template")}
    return site.post(form.action, {**fields, "log": "public_log", **typed, "template": value})


def box(page: Any) -> dict[str, str]:
    """What stands in the box of a page."""
    fields: dict[str, str] = next(f for f in page.forms if f.action.endswith("/reply")).fields
    return fields


# What is offered


def test_a_ticket_has_the_templates_for_its_class_and_state(site: Any) -> None:
    offered = templates(site.get(TICKET))
    assert [*offered] == [
        "tickets:received:en",
        "tickets:checked:en",
        "tickets:received:fr",
    ]
    assert offered["tickets:received:en"] == (
        "Dear Clara <Byron>,\nwe have R-000001 (Line 1\N{RIGHTWARDS ARROW} {agent} & 'no' sound).\n"
        "Ada Lovelace {desk}"
    )
    assert offered["tickets:checked:en"] == "Checked <b>all</b> cables."


def test_the_language_of_the_agent_comes_first_and_labels_are_in_it(site: Any) -> None:
    page = site.get(TICKET, Accept_Language="fr")
    assert next(iter(templates(page))) == "tickets:received:fr"
    assert "Bien reçu" in page.text
    assert "Français" in page.text


def test_a_ticket_without_a_caller_shows_what_is_missing(site: Any) -> None:
    site.add("UserRequest", title="x", description="x", org_id=1)
    offered = templates(site.get("/objects/UserRequest/2"))
    assert offered["tickets:received:fr"] == "Bonjour …"


def test_who_may_not_reply_is_offered_none(site: Any) -> None:
    page = site.get(TICKET, X_Profiles="Service Manager")
    assert page.status == 200
    assert templates(page) == {}


def test_without_templates_there_is_no_menu(make_desk: Any) -> None:
    assert "cti-templates" not in make_desk("").get(TICKET).html


def test_agents_who_see_no_numbers_see_none_in_templates(make_desk: Any) -> None:
    masked = '[privacy]\nmask_on_screen = ["Support Agent"]\n'
    site = make_desk(masked + SETTINGS)
    site.add("UserRequest", title="Call 0987654321", description="x", org_id=1, caller_id=1)
    text = templates(site.get("/objects/UserRequest/2"))["tickets:received:en"]
    assert "0987654321" not in text
    assert "R-000002" in text


# Without JavaScript


def test_a_template_comes_into_the_box_and_nothing_is_stored(site: Any) -> None:
    page = press(site, "tickets:received:en", text="")
    assert page.status == 200
    assert box(page)["text"].startswith("Dear Clara <Byron>,\nwe have R-000001")
    assert "Template in the box: Received." in page.text
    assert "Nothing was saved yet" not in page.text
    assert "log ·" not in page.text[page.text.index("What happened") :]


def test_what_was_typed_stays_above_the_template(site: Any) -> None:
    page = press(site, "tickets:checked:en", text="Typed <before>\r\n\r\n")
    assert box(page)["text"] == "Typed <before>\n\nChecked <b>all</b> cables."


def log_chosen(page: Any) -> str:
    (value,) = re.findall(r'name="log" value="([a-z_]+)" checked', page.html)
    return str(value)


def test_the_log_of_a_template_is_chosen_only_for_an_empty_box(site: Any) -> None:
    assert log_chosen(press(site, "tickets:checked:en", text=" ")) == "private_log"
    page = press(site, "tickets:checked:en", text="Meant for the customer")
    assert log_chosen(page) == "public_log"
    assert "It is meant for: Private log." in page.text
    page = press(site, "tickets:received:en", text="Secret", log="private_log")
    assert log_chosen(page) == "private_log"


@pytest.mark.parametrize(
    "value", ["tickets:incidents:en", "tickets:nothing:en", "", "tickets:received:de"]
)
def test_a_template_that_is_not_offered_leaves_what_was_typed(site: Any, value: str) -> None:
    page = press(site, value, text="Typed")
    assert page.status == 400
    assert box(page)["text"] == "Typed"
    assert "This template is not offered here, or no longer." in page.text


def test_a_page_that_was_open_for_too_long_keeps_what_was_typed(site: Any) -> None:
    page = press(site, "tickets:received:en", text="Typed", csrf_token="old")
    assert page.status == 400
    assert box(page)["text"] == "Typed"


def test_the_reply_is_stored_as_it_was_sent(site: Any) -> None:
    page = press(site, "tickets:received:en", text="")
    form = next(f for f in page.forms if f.action.endswith("/reply"))
    fields = {k: v for k, v in form.fields.items() if k not in ("files", "template")}
    sent = site.post(form.action, {**fields, "log": "public_log"})
    assert sent.status == 303
    told = site.get(TICKET).text
    assert "Dear Clara <Byron>, we have R-000001 (Line 1\N{RIGHTWARDS ARROW} {agent} &" in told


# By other plugins

OFFERING = """
from cti_host import Localised, hookimpl
from cti_tickets.api_for_plugins import ReplyTemplate

class Plugin:
    @hookimpl(of="tickets")
    def reply_templates(self, ticket, agent):
        return {answer}
"""
TEMPLATE = 'ReplyTemplate({name!r}, Localised.of("{name}"), Localised.of("{text}"), log={log!r})'


def offering(answer: str) -> str:
    return OFFERING.format(answer=answer)


def test_plugins_offer_templates_in_the_order_of_the_config(make_desk: Any) -> None:
    mine = TEMPLATE.format(name="mine", text="For {ref}", log="")
    twice = TEMPLATE.format(name="mine", text="Again", log="")
    elsewhere = TEMPLATE.format(name="other", text="x", log="description")
    site = make_desk(acme=offering(f"[{mine}, {twice}, {elsewhere}]"), silent=offering("None"))
    offered = templates(site.get(TICKET))
    assert offered["acme:mine:en"] == "For R-000001"
    assert [*offered][:3] == ["tickets:received:en", "tickets:checked:en", "acme:mine:en"]
    assert not any("other" in value for value in offered)


@pytest.mark.parametrize("answer", ["1 / 0", f"[{TEMPLATE.format(name='x', text='{x}', log='')}]"])
def test_a_plugin_that_fails_costs_its_own_templates(make_desk: Any, answer: str) -> None:
    page = make_desk(acme=offering(answer)).get(TICKET)
    assert "tickets:received:en" in templates(page)
    assert "Reply templates of acme are not available right now." in page.text


@pytest.mark.parametrize(
    "text", ["{x}", "{", "}", "{}", "{caller.name}", "{ref!r}", "{ref:>9}", " "]
)
def test_a_template_names_only_what_can_be_filled_in(text: str) -> None:
    with pytest.raises(BadSetting):
        ReplyTemplate("x", Localised.of("x"), Localised.of(text))


# In the settings


@pytest.mark.parametrize(
    ("toml", "key", "message", "remedy"),
    [
        ('text = "x"', ".label", "is required", ""),
        ('label = "x"', ".text", "is required", ""),
        ('label = "x"\ntext = " "', ".text", "is empty", ""),
        ('label = "x"\ntext = "{callr}"', ".text", "nothing provides {callr}", "'caller'"),
        ('label = "x"\ntext = "a {"', ".text", "its braces don't fit", "{{"),
        (
            'label = "x"\ntext = "x"\n"text/FR FR" = "{nom}"',
            '."text/FR FR"',
            "nothing provides {nom}",
            "{caller}",
        ),
        ('label = "x"\ntext = "x"\n"text/fr" = "x"', '."text/fr"', "names no language", "text/FR"),
        ('label = "x"\ntext = "x"\nlogs = "x"', ".logs", "unknown key", "log"),
        ('label = "x"\ntext = "x"\nclasses = ["Person"]', ".classes[0]", "of tickets", ""),
        (
            'label = "x"\ntext = "x"\nclasses = ["UserReqest"]',
            ".classes[0]",
            "there is no class 'UserReqest'",
            "'UserRequest'",
        ),
        (
            'label = "x"\ntext = "x"\nclasses = ["Incident"]\nstates = ["new", "assignd"]',
            ".states[1]",
            "is ever in the state 'assignd'",
            "'assigned'",
        ),
        (
            'label = "x"\ntext = "x"\nlog = "public_lg"',
            ".log",
            "has a log 'public_lg'",
            "'public_log'",
        ),
    ],
)
def test_each_mistake_is_reported_with_its_place(
    check: Any, toml: str, key: str, message: str, remedy: str
) -> None:
    section = "plugin.tickets.reply_templates.thanks"
    (problem,) = check(f"[{section}]\n{toml}\n")
    assert problem[1] == section + key
    assert message in problem[2]
    assert remedy in problem[3]


def test_a_text_in_a_language_that_is_not_there_is_told(check: Any) -> None:
    (problem,) = check(
        '[plugin.tickets.reply_templates.x]\nlabel = "x"\ntext = "x"\n"text/XX XX" = "y"\n'
    )
    assert problem[2] == "there are no pages in this language: nobody sees the text"
    assert '"text/FR FR"' in problem[3]
    assert problem[4]
