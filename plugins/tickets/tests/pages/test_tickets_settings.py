"""Queries and presets of the settings are checked against the data model, all at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Check = Callable[[str], list[tuple[int, str, str, str, bool]]]

HEAD = 4  # lines that the test's own settings come after


def caller(**settings: str) -> str:
    return "[caller_information]\n" + "\n".join(f'{k} = "{v}"' for k, v in settings.items()) + "\n"


def preset(attribute: str, value: str, cls: str = "UserRequest") -> str:
    return (
        f"[indirect_creation.{cls}]\nenabled = true\n"
        f'[indirect_creation.{cls}.preset]\n{attribute} = "{value}"\n'
    )


def listed(query: str) -> str:
    return f'[[display_tickets.lists]]\nenabled = true\nlabel = "{query}"\nquery = "{query}"\n'


MISTAKES = [
    (caller(display_name="friendlyname, nickname"), 2, "caller_information.display_name",
     "Person has no attribute 'nickname'"),
    *(
        (caller(display_name=code), 2, "caller_information.display_name",
         f"Person has no attribute '{code}'")
        for code in ("picture", "team_list")
    ),
    (caller(query="SELECT Person WHERE"), 2, "caller_information.query", "line 1, column"),
    (caller(query="SELECT Persn WHERE phone = :phone"), 2, "caller_information.query",
     "did you mean Person?"),
    (caller(query="SELECT Person WHERE fone = :phone"), 2, "caller_information.query",
     "did you mean phone?"),
    (caller(query="SELECT Person WHERE phone = :fone"), 2, "caller_information.query",
     "no setting provides :fone"),
    (caller(query="SELECT Person WHERE id IN (:callers_list)"), 2, "caller_information.query",
     "no setting provides :callers_list"),
    (listed("SELECT UserRequest WHERE caller_id ="), 4, "display_tickets.lists[0].query",
     "line 1, column"),
    (listed("SELECT UserRequest WHERE kaller_id = 1"), 4, "display_tickets.lists[0].query",
     "did you mean caller_id?"),
    (listed("SELECT UserRequest WHERE caller_id = :callers_list"), 4,
     "display_tickets.lists[0].query", "write IN (:callers_list)"),
    (listed("SELECT UserRequest WHERE caller_id IN (:callers)"), 4,
     "display_tickets.lists[0].query", "no setting provides :callers"),
    (preset("origin", "fax"), 4, "indirect_creation.UserRequest.preset.origin",
     "'fax' is not a value of origin"),
    (preset("org_id", "Analytical Ltd"), 4, "indirect_creation.UserRequest.preset.org_id",
     "'Analytical Ltd' is not the id of an object of Organization"),
    (preset("org_id", "select Organization"), 4, "indirect_creation.UserRequest.preset.org_id",
     "is not the id of an object of Organization"),
    (preset("org_id", "SELECT Team"), 4, "indirect_creation.UserRequest.preset.org_id",
     "the query finds Team, the key is to Organization"),
    (preset("org_id", "SELECT Organization WHERE"), 4,
     "indirect_creation.UserRequest.preset.org_id", "line 1, column"),
    (preset("org_id", "SELECT Organization WHERE id = :callr"), 4,
     "indirect_creation.UserRequest.preset.org_id", "no setting provides :callr"),
    (preset("title", "SELECT Organization"), 4, "indirect_creation.UserRequest.preset.title",
     "not an external key"),
    (preset("caller_id", ":caller"), 4, "indirect_creation.UserRequest.preset.caller_id",
     "no setting provides :caller"),
    (preset("origin", "fax").replace("indirect", "direct"), 4,
     "direct_creation.UserRequest.preset.origin", "'fax' is not a value of origin"),
]  # fmt: skip

WARNINGS = [
    (listed("SELECT CustomerContract"), 4, "display_tickets.lists[0].query",
     "the list is not shown"),
    (preset("nickname", "x"), 4, "indirect_creation.UserRequest.preset.nickname",
     "has no attribute 'nickname'"),
    (preset("ref", "R-1"), 4, "indirect_creation.UserRequest.preset.ref",
     "nobody can fill 'ref' in on a new object"),
    (preset("org_name", "x"), 4, "indirect_creation.UserRequest.preset.org_name",
     "nobody can fill 'org_name' in on a new object"),
    (preset("team_id", "1"), 4, "indirect_creation.UserRequest.preset.team_id",
     "nobody can fill 'team_id' in on a new object"),
    (preset("title", "x", "Contract"), 1, "indirect_creation.Contract",
     "no enabled plugin knows the class 'Contract': there is no button for it"),
    (caller(query="SELECT Person"), 2, "caller_information.query", "nobody is found"),
    (caller(query="SELECT Person WHERE phone = :phone AND status = 'actif'"), 2,
     "caller_information.query", "'actif' is not a value of Person.status"),
    *(
        (listed(f"SELECT UserRequest AS u WHERE {condition}"), 4, "display_tickets.lists[0].query",
         message)
        for condition, message in (
            ("u.status != 'close'", "'close' is not a value of UserRequest.status"),
            ("'close' = u.status", "'close' is not a value of UserRequest.status"),
            ("u.status IN ('new', 'opened')", "'opened' is not a value of UserRequest.status"),
            ("u.status NOT IN ('newx')", "'newx' is not a value of UserRequest.status"),
            ("u.id = 1 OR (u.origin = 'fone' AND u.id = 2)",
             "'fone' is not a value of UserRequest.origin"),
            ("u.caller_id IN (SELECT Person AS p WHERE p.status = 'gone')",
             "'gone' is not a value of Person.status"),
            ("u.finalclass = 'UserRequests'",
             "'UserRequests' is not a value of UserRequest.finalclass"),
        )
    ),
    (preset("org_id", "SELECT Organization WHERE status = 'activ'"), 4,
     "indirect_creation.UserRequest.preset.org_id",
     "'activ' is not a value of Organization.status"),
]  # fmt: skip

FINE = [
    "",
    caller(display_name="friendlyname, org_name, location_name, org_id_friendlyname, id"),
    caller(query="SELECT Contact WHERE phone LIKE :phone"),
    preset("org_id", "12"),
    preset("caller_id", ":selected_caller"),
    preset("title", ": a text with a colon"),
    preset("title", "costs 5 $ or $5$"),
    preset("title", "SELECTED"),
    preset("origin", "phone"),
    preset("private_log", "Call dated $datetime$", "Change"),
    preset("org_id", "SELECT Contact").replace("org_id", "caller_id"),
    listed("SELECT Ticket WHERE caller_id IN (:callers_list) AND caller_id = :selected_caller"),
    listed("SELECT CustomerContract").replace("enabled = true", "enabled = false"),
    listed("SELECT UserRequest WHERE status != 'CLOSED' AND origin = '' AND status LIKE 'clo%'"),
    listed("SELECT Ticket WHERE finalclass IN ('UserRequest', 'Incident')"),
    preset("nickname", "x").replace("enabled = true", "enabled = false"),
]


@pytest.mark.parametrize(("toml", "line", "key", "message"), MISTAKES)
def test_a_mistake_has_its_line_its_key_and_what_is_wrong(
    check: Check, toml: str, line: int, key: str, message: str
) -> None:
    ((where, found_key, text, remedy, warning),) = check(toml)
    assert (where - HEAD, found_key, warning) == (line, key, False)
    assert message in text + remedy


@pytest.mark.parametrize(("toml", "line", "key", "message"), WARNINGS)
def test_what_is_only_left_out_is_a_warning(
    check: Check, toml: str, line: int, key: str, message: str
) -> None:
    ((where, found_key, text, _remedy, warning),) = check(toml)
    assert (where - HEAD, found_key, warning) == (line, key, True)
    assert message in text


@pytest.mark.parametrize("toml", FINE)
def test_what_is_right_passes(check: Check, toml: str) -> None:
    assert check(toml) == []


REMEDIES = [
    (caller(query="SELECT Person WHERE fone = :phone"), "did you mean phone?"),
    (caller(query="SELECT Person WHERE phone = "), "expected "),
    (caller(query="SELECT Person WHERE phone = :phon"), "did you mean :phone?"),
    (caller(display_name="friendlynam"), "did you mean 'friendlyname'?"),
    (caller(display_name="shoe_size"), "known: "),
    (preset("origin", "fone"), "values: "),
    (preset("origin", "mial"), "did you mean 'mail'? values: "),
    (preset("public_logs", "x"), "did you mean 'public_log'?"),
    (preset("title", "x", "UserRequst"), "did you mean 'UserRequest'?"),
    (preset("org_id", "SELECT Team"), 'write "SELECT Organization …"'),
    (listed("SELECT UserRequest AS u WHERE u.status != 'close'"),
     "did you mean 'closed'? values: new, "),
    (listed("SELECT UserRequst"), "did you mean UserRequest?"),
]  # fmt: skip


@pytest.mark.parametrize(("toml", "remedy"), REMEDIES)
def test_the_remedy_names_what_was_meant_or_what_there_is(
    check: Check, toml: str, remedy: str
) -> None:
    ((_where, _key, _text, found, _warning),) = check(toml)
    assert found.startswith(remedy)


def test_every_finding_says_what_to_write(check: Check) -> None:
    for toml, *_expected in (*MISTAKES, *WARNINGS):
        assert all(remedy for _line, _key, _text, remedy, _warning in check(toml)), toml


def test_every_mistake_is_reported_at_once(check: Check) -> None:
    toml = caller(query="SELECT Person WHERE fone = :phone", display_name="nickname")
    toml += preset("origin", "fax") + preset("title", "SELECT Team", "Incident")
    toml += listed("SELECT Nothing") + listed("SELECT Incident WHERE x =")
    assert [key for _line, key, *_rest in check(toml)] == [
        "caller_information.query",
        "indirect_creation.UserRequest.preset.origin",
        "indirect_creation.Incident.preset.title",
        "display_tickets.lists[0].query",
        "display_tickets.lists[1].query",
    ]


def test_display_name_is_checked_even_if_the_query_is_wrong_later(check: Check) -> None:
    toml = caller(query="SELECT Person WHERE phone = :fone", display_name="nickname")
    assert [key for _line, key, *_rest in check(toml)] == [
        "caller_information.query",
        "caller_information.display_name",
    ]


def test_a_host_whose_settings_have_mistakes_does_not_start(make_host: Any) -> None:
    from cti_host.settings.problems import ConfigRefused

    with pytest.raises(ConfigRefused, match="'fax' is not a value of origin"):
        make_host(preset("origin", "fax"), plugins=["tickets"])
