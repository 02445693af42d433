"""Settings that do nothing with the enabled plugins are warnings, each with place and remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cti_host.settings.problems import Problem
from cti_host.testing import MakeHost

HEAD = 4  # lines that `write_config` puts before the settings of a test

HOOKS = {
    "lookup_callers": "def lookup_callers(self, call): return None",
    "ticket_lists": "def ticket_lists(self, call, callers): return None",
    "creation_form_url": "def creation_form_url(self, class_name, values): return '/'",
    "creation_presets": "def creation_presets(self, class_name): return None",
    "class_label": (
        "def class_label(self, class_name):"
        " return class_name if class_name in ('UserRequest', 'Person') else None"
    ),
    "outbound_actions": "def outbound_actions(self, ticket): return None",
    "known_names": "def known_names(self): return NAMES",
    "identify_agent": "def identify_agent(self, request): return None",
    "register": "def register(self, host): self.met(host)",
}

Check = Callable[..., list[Problem]]


def source(*hooks: str, names: str = "None", met: str = "pass") -> str:
    """A plugin that has these hooks and does nothing in them."""
    methods = "".join(f"    @hookimpl\n    {HOOKS[hook]}\n" for hook in hooks)
    return (
        "from cti_host import KnownNames, hookimpl\n\n"
        f"NAMES = {names}\n\nclass Plugin:\n    def met(self, host): {met}\n{methods}"
    )


@pytest.fixture
def check(make_host: MakeHost) -> Check:
    """The warnings of a host with one plugin, `acme`, that has these hooks."""

    def run(toml: str, *hooks: str, sign_in: bool = True, **options: str) -> list[Problem]:
        sources = {"acme": source(*hooks, **options)}
        running = make_host(toml, plugins=["acme"], sources=sources, sign_in=sign_in)
        assert all(problem.warning for problem in running.host.problems)
        assert all(problem.remedy for problem in running.host.problems)
        return running.host.problems

    return run


CALLERS = '[caller_information]\nquery = "SELECT Person WHERE phone = :phone"\n'
LIST = (
    '[[display_tickets.lists]]\nenabled = true\nlabel = "Open"\n"label/FR FR" = "Ouverts"\n'
    'query = "SELECT UserRequest"\n'
)
DIRECT = "[direct_creation.UserRequest]\nenabled = true\n"
INDIRECT = "[indirect_creation.UserRequest]\nenabled = true\n"
SHORTCUTS = 'shortcut_actions = ["UI:Menu:Modify", "acme_call"]\n'
TICKETS = ("ticket_lists",)
FORMS = ("creation_form_url", "creation_presets", "class_label")


@pytest.mark.parametrize(
    ("toml", "key", "hook", "does"),
    [
        (CALLERS, "caller_information", "lookup_callers", "looks callers up"),
        (LIST, "display_tickets", "ticket_lists", "shows tickets"),
        (DIRECT, "direct_creation", "creation_form_url", "has forms"),
        (INDIRECT, "indirect_creation", "creation_form_url", "has forms"),
        (SHORTCUTS, "shortcut_actions", "outbound_actions", "offers phone actions"),
    ],
)
def test_a_section_that_nobody_reads_is_a_warning(
    check: Check, toml: str, key: str, hook: str, does: str
) -> None:
    (problem,) = check(toml)
    assert (problem.line - HEAD, problem.key) == (1, key)
    assert problem.message == f"no enabled plugin {does}: nobody reads this"
    assert problem.remedy == f"enable one that does (hook `{hook}`), or remove {key}"
    assert problem.file.endswith("cti.toml")
    readers = [hook, "class_label", "ticket_lists", "creation_presets"]
    assert check(toml, *dict.fromkeys(readers)) == []


@pytest.mark.parametrize(
    "toml",
    [
        "",
        '[caller_information]\nlabel = "Who is calling"\n',
        LIST.replace("true", "false"),
        INDIRECT.replace("true", "false"),
        'shortcut_actions = ["UI:Menu:Modify"]\n',
    ],
)
def test_what_asks_for_nothing_needs_nobody(check: Check, toml: str) -> None:
    assert check(toml) == []


def test_presets_that_nobody_computes_are_a_warning(check: Check) -> None:
    toml = f'{INDIRECT}preset = {{ title = "Call" }}\n'
    (problem,) = check(toml, "creation_form_url", "class_label")
    assert (problem.line - HEAD, problem.key) == (3, "indirect_creation.UserRequest.preset")
    assert "hook `creation_presets`" in problem.remedy


def test_phone_actions_without_tickets_are_a_warning(check: Check) -> None:
    (problem,) = check("", "outbound_actions")
    assert (problem.line, problem.key) == (2, "plugins[0]")
    assert "no enabled plugin shows tickets" in problem.message
    assert problem.remedy.endswith("or take 'acme' out of plugins")
    (problem,) = check("[plugin.acme]\ntimeout = 1\n", "outbound_actions")
    assert (problem.line - HEAD, problem.key) == (1, "plugin.acme")
    assert check("", "outbound_actions", "ticket_lists") == []


def test_a_host_that_signs_nobody_in_is_a_warning(check: Check) -> None:
    (problem,) = check("", sign_in=False)
    assert (problem.line, problem.key) == (2, "plugins")
    assert "nobody sees a call" in problem.message
    assert check("", "identify_agent", sign_in=False) == []


@pytest.mark.parametrize(
    ("chapter", "effect"),
    [
        ("direct_creation", "the next entry counts in its place"),
        ("indirect_creation", "there is no button for it"),
    ],
)
def test_a_class_that_nobody_knows_is_a_warning(check: Check, chapter: str, effect: str) -> None:
    toml = (
        f"[{chapter}.UserRequst]\nenabled = true\n[{chapter}.Person]\nenabled = true\n"
        f"[{chapter}.Other]\nenabled = false\n"
    )
    (problem,) = check(
        toml, *FORMS, "known_names", names="KnownNames(classes=('UserRequest', 'Person'))"
    )
    assert (problem.line - HEAD, problem.key) == (1, f"{chapter}.UserRequst")
    assert problem.message == f"no enabled plugin knows the class 'UserRequst': {effect}"
    assert problem.remedy == "did you mean 'UserRequest'?"


@pytest.mark.parametrize(
    "names",
    ["None", "KnownNames()", "KnownNames(classes=('UserRequest',), more_classes=True)"],
)
def test_a_plugin_that_does_not_name_all_of_its_classes_may_have_any(
    check: Check, names: str
) -> None:
    toml = "[direct_creation.Own]\nenabled = true\n[direct_creation.UserRequst]\nenabled = true\n"
    found = check(toml, *FORMS, "known_names", names=names)
    near = [("direct_creation.UserRequst", "did you mean 'UserRequest'?")]
    assert [(problem.key, problem.remedy) for problem in found] == (
        near if "more_classes" in names else []
    )


NAMES = "KnownNames(caller_attributes=('phone', 'mobile_phone'))"
NAMED = "host.names_caller_attribute(('language',), {code!r})"


@pytest.mark.parametrize(
    ("code", "remedy"),
    [("mobilephone", "did you mean 'mobile_phone'?"), ("fax", "known: mobile_phone, phone")],
)
def test_an_attribute_that_no_caller_has_is_a_warning(check: Check, code: str, remedy: str) -> None:
    hooks = ("lookup_callers", "known_names", "register")
    toml = 'language = "fr"\n'
    (problem,) = check(toml, *hooks, names=NAMES, met=NAMED.format(code=code))
    assert (problem.line - HEAD, problem.key) == (1, "language")
    assert problem.message == f"callers have no attribute {code!r}"
    assert problem.remedy == remedy
    assert check(toml, *hooks, names=NAMES, met=NAMED.format(code="phone")) == []


def test_an_attribute_is_left_alone_where_not_all_that_callers_have_is_known(
    make_host: MakeHost,
) -> None:
    def problems(code: str) -> list[Problem]:
        sources = {
            "acme": source("lookup_callers", "register", met=NAMED.format(code=code)),
            "other": source("lookup_callers", "known_names", names=NAMES),
        }
        return make_host(plugins=["acme", "other"], sources=sources).host.problems

    assert problems("fax") == []
    (problem,) = problems("phon")
    assert problem.remedy == "did you mean 'phone'?"


def test_an_attribute_of_the_url_that_nothing_uses_and_looks_like_another_is_a_warning(
    check: Check,
) -> None:
    hooks = ("lookup_callers", "known_names")
    toml = '[url_parameters]\nnumber = "phone"\nsecond = "mobil_phone"\ncall = "call_id"\n'
    (problem,) = check(toml, *hooks, names=NAMES)
    assert (problem.line - HEAD, problem.key) == (3, "url_parameters.second")
    assert problem.remedy == "did you mean 'mobile_phone'?"
    used = f'{toml}[caller_information]\nquery = "SELECT Person WHERE phone = :mobil_phone"\n'
    assert check(used, *hooks, names=NAMES) == []


@pytest.mark.parametrize(
    ("toml", "line", "key", "name", "remedy"),
    [
        (
            '[caller_information]\nlabel = "Call from $phon$"\n',
            2,
            "caller_information.label",
            "phon",
            "did you mean $phone$? (see [url_parameters])",
        ),
        (
            '[caller_information]\nlabel = "$phone$"\n"label/FR FR" = "Appel de $tel$"\n',
            3,
            'caller_information."label/FR FR"',
            "tel",
            "known: $datetime$, $phone$ (see [url_parameters])",
        ),
        (
            f'{INDIRECT}preset = {{ title = "Call at $datetme$, 5 $ or $5$" }}\n',
            3,
            "indirect_creation.UserRequest.preset.title",
            "datetme",
            "did you mean $datetime$? (see [url_parameters])",
        ),
    ],
)
def test_a_name_in_a_text_that_nothing_fills_in_is_a_warning(
    check: Check, toml: str, line: int, key: str, name: str, remedy: str
) -> None:
    (problem,) = check(toml, *FORMS)
    assert (problem.line - HEAD, problem.key) == (line, key)
    assert problem.message == f"no setting provides ${name}$"
    assert problem.remedy == remedy


def test_a_list_that_is_there_twice_is_a_warning(check: Check) -> None:
    other = LIST.replace("Ouverts", "Tous").replace('"Open"', '"All"')
    (problem,) = check(LIST + other.replace("SELECT UserRequest", "SELECT  UserRequest "), *TICKETS)
    assert (problem.line - HEAD, problem.key) == (10, "display_tickets.lists[1].query")
    assert "is the query of display_tickets.lists[0], too" in problem.message


@pytest.mark.parametrize("language", ["label", '"label/FR FR"'])
def test_two_lists_of_one_label_in_any_language_are_a_warning(check: Check, language: str) -> None:
    other = LIST.replace("UserRequest", "Incident")
    own, new = ("Ouverts", "Tous") if language == "label" else ("Open", "All")
    other = other.replace(own, new)
    (problem,) = check(LIST + other, *TICKETS)
    assert (problem.line - HEAD, problem.key) == (8, "display_tickets.lists[1].label")
    assert "nobody can tell the two lists apart" in problem.message


def test_lists_that_differ_or_are_switched_off_may_be_there(check: Check) -> None:
    other = LIST.replace("Ouverts", "Tous").replace("Open", "All").replace("User", "Other")
    assert check(LIST + other + LIST.replace("true", "false"), *TICKETS) == []


@pytest.mark.parametrize("table", ["caller_information", "plugin.acme.actions.call"])
def test_a_label_in_a_language_that_is_not_there_is_a_warning(
    make_host: MakeHost, table: str
) -> None:
    toml = f'[{table}]\nlabel = "A"\n"label/FR FR" = "B"\n"label/XX XX" = "C"\n'
    plugin = (
        "from cti_host import PluginConfig\n\n\nclass Plugin:\n    class Config(PluginConfig):\n"
        "        actions: dict[str, dict[str, str]] = {}\n\n    def __init__(self, config): ...\n"
    )
    running = make_host(toml, plugins=["acme"], sources={"acme": plugin})
    (problem,) = running.host.problems
    assert (problem.line - HEAD, problem.key) == (4, f'{table}."label/XX XX"')
    assert problem.warning
    assert problem.message == "there are no pages in this language: nobody sees the label"
    assert '"label/FR FR"' in problem.remedy


@pytest.fixture
def check_catalogue(make_host: MakeHost, tmp_path: Path) -> Callable[[str, str], list[Problem]]:
    """What is wrong for settings, with a plugin that has a catalogue in one language."""

    def run(language: str, toml: str) -> list[Problem]:
        package = tmp_path / "package"
        (package / "locale").mkdir(parents=True)
        (package / "__init__.py").write_text(
            "from cti_host import PluginConfig\n\n\nclass Plugin:\n"
            "    Config = PluginConfig\n\n    def __init__(self, config): ...\n"
        )
        (package / "locale" / f"{language}.po").write_text('msgid "Yes"\nmsgstr "?"\n')
        return make_host(toml, plugins=["acme"], sources={"acme": package}).host.problems

    return run


@pytest.mark.parametrize(
    "toml",
    ['language = "fr"\n', '[caller_information]\nlabel = "A"\n"label/FR FR" = "B"\n'],
    ids=["the site's language", "a label's language"],
)
def test_a_plugin_without_a_language_that_is_asked_for_is_a_warning(
    check_catalogue: Callable[[str, str], list[Problem]], toml: str
) -> None:
    (problem,) = check_catalogue("it", toml)
    assert (problem.key, problem.warning) == ("plugins[0]", True)
    assert problem.message == "acme has no texts in French: they are shown in English"
    assert "locale/fr.po" in problem.remedy


@pytest.mark.parametrize(("language", "toml"), [("it", ""), ("fr", 'language = "fr"\n')])
def test_a_plugin_with_the_language_or_that_nobody_asks_is_not(
    check_catalogue: Callable[[str, str], list[Problem]], language: str, toml: str
) -> None:
    assert check_catalogue(language, toml) == []


def test_nothing_is_missed_in_a_plugin_that_could_not_be_loaded(make_host: MakeHost) -> None:
    from cti_host.settings.problems import ConfigRefused

    with pytest.raises(ConfigRefused) as refused:
        make_host(LIST, plugins=["acme"], sources={"acme": "import nothing_of_that_name\n"})
    (problem,) = refused.value.problems
    assert problem.key == "plugins[0]"
