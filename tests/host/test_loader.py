"""Plugins named in the config: loaded strictly, every mistake reported at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cti_host.settings.problems import ConfigRefused, Problem
from cti_host.testing import MakeHost

Refusals = Callable[..., list[Problem]]

EMPTY = "class Plugin:\n    pass\n"


@pytest.fixture
def refusals(make_host: MakeHost) -> Refusals:
    """Build a host that is refused; return its mistakes, without the warnings."""

    def build(toml: str = "", **arguments: object) -> list[Problem]:
        with pytest.raises(ConfigRefused) as refused:
            make_host(toml, **arguments)
        return [problem for problem in refused.value.problems if not problem.warning]

    return build


def hooks(*methods: str) -> str:
    body = "\n\n".join(
        "\n".join("    " + line for line in method.strip().splitlines()) for method in methods
    )
    return f"from cti_host import PluginConfig, hookimpl\n\n\nclass Plugin:\n{body}\n"


LOOKUP = "@hookimpl\ndef lookup_callers(self, call):\n    return []"


def test_an_unknown_plugin_is_named_with_the_nearest_known_one(refusals: Refusals) -> None:
    problems = refusals(plugins=["phone_reformatt"])
    (problem,) = problems
    assert problem.message == "no plugin 'phone_reformatt' is installed"
    assert problem.remedy == "did you mean 'phone_reformat'?"
    assert (problem.line, problem.key) == (2, "plugins[0]")
    assert problem.file.endswith("cti.toml")


@pytest.mark.parametrize(
    ("source", "message", "remedy"),
    [
        (
            hooks("@hookimpl\ndef lookup_caller(self, call): ..."),
            "there is no hook 'lookup_caller'",
            "did you mean 'lookup_callers'?",
        ),
        (
            hooks("@hookimpl\ndef zzz(self): ..."),
            "there is no hook 'zzz'",
            "known: add_number, agent_may, agent_names, blueprints, ",
        ),
        (
            hooks("@hookimpl\ndef lookup_callers(self, call, number): ..."),
            "lookup_callers has no argument 'number'",
            "it gets: call",
        ),
        (
            hooks("@hookimpl\ndef lookup_callers(self, *args): ..."),
            "lookup_callers has no argument 'args'",
            "it gets: call",
        ),
        (
            hooks("@hookimpl\ndef lookup_callers(self, *, call): ..."),
            "lookup_callers has no argument 'call'",
            "it gets: call",
        ),
        (
            hooks("@hookimpl\ndef models(self, host): ..."),
            "models has no argument 'host'",
            "it gets: nothing",
        ),
        (
            hooks("@hookimpl\ndef ticket_lists(self, call, callers=()): ..."),
            "ticket_lists: callers has a default value",
            "hooks always get every argument",
        ),
        (
            hooks("@hookimpl(tryfirst=True)\ndef lookup_callers(self, call): ..."),
            "lookup_callers uses tryfirst",
            "the order of the config is the only order",
        ),
        (
            hooks("@hookimpl(trylast=True)\ndef lookup_callers(self, call): ..."),
            "lookup_callers uses trylast",
            "the order of the config is the only order",
        ),
        (
            hooks("@hookimpl(wrapper=True)\ndef lookup_callers(self, call):\n    return (yield)"),
            "lookup_callers uses wrapper",
            "the order of the config is the only order",
        ),
        (
            hooks("def lookup_callers(self, call): ..."),
            "lookup_callers is a hook but has no @hookimpl",
            "put @hookimpl above it",
        ),
        ("x = 1\n", "has no class called Plugin", "correct it, or take it out of plugins"),
        (
            "class Plugin:\n    def broken(:\n",
            "SyntaxError: invalid syntax",
            "correct it, or take it out of plugins",
        ),
        (
            "import no_such_module_at_all\n" + EMPTY,
            "ModuleNotFoundError: No module named 'no_such_module_at_all'",
            "correct it, or take it out of plugins",
        ),
        (
            "import os\nos.no_such_thing\n" + EMPTY,
            "AttributeError: module 'os' has no attribute 'no_such_thing'",
            "correct it, or take it out of plugins",
        ),
        (
            "raise SystemExit(3)\n" + EMPTY,
            "SystemExit: 3",
            "correct it, or take it out of plugins",
        ),
        (
            "class Own(BaseException): ...\nraise Own('no licence')\n" + EMPTY,
            "Own: no licence",
            "correct it, or take it out of plugins",
        ),
        ("def Plugin(): ...\n", "is not a class", "the entry point names a class: module:Plugin"),
        (
            "from pydantic import BaseModel\n\n\nclass Plugin:\n    class Config(BaseModel):\n"
            "        x: int = 1\n\n    def __init__(self, config): ...\n",
            "Config is not a PluginConfig",
            "class Config(PluginConfig): …",
        ),
        (
            hooks("def __init__(self):\n    raise ValueError('no licence')"),
            "can't be set up: ValueError: no licence",
            "",
        ),
        (
            hooks("def __init__(self):\n    raise GeneratorExit('no licence')"),
            "can't be set up: GeneratorExit: no licence",
            "",
        ),
    ],
)
def test_a_mistake_in_a_plugin_is_reported_with_its_file_and_a_remedy(
    refusals: Refusals, source: str, message: str, remedy: str
) -> None:
    (problem,) = refusals(plugins=["acme"], sources={"acme": source})
    assert message in problem.message
    assert str(Path("plugins.d", "acme.py")) in problem.message
    assert problem.remedy.startswith(remedy)
    assert problem.file.endswith("cti.toml")
    assert problem.line == 2
    assert not problem.warning


def test_a_syntax_error_is_reported_with_its_line(refusals: Refusals) -> None:
    (problem,) = refusals(plugins=["acme"], sources={"acme": "class Plugin:\n    def x(:\n"})
    assert f"{Path('plugins.d', 'acme.py')}:2 " in problem.message


CONFIGURED = hooks(
    "class Config(PluginConfig):\n    region: str = 'FR'\n    digits: int | list[int] = 3",
    "def __init__(self, config):\n    self.config = config",
)


@pytest.mark.parametrize(
    ("setting", "key", "message", "remedy"),
    [
        ("regio = 'FR'", "plugin.acme.regio", "unknown key", "did you mean 'region'?"),
        ("region = 3", "plugin.acme.region", "valid string", "write a text in quotes"),
        ("timeout = 0", "plugin.acme.timeout", "greater than 0", ""),
        ("timeout = 'soon'", "plugin.acme.timeout", "valid number", ""),
        ("digits = 'x'", "plugin.acme.digits", "valid integer", "write a number without quotes"),
    ],
)
def test_a_plugins_settings_are_checked_at_their_line(
    refusals: Refusals, setting: str, key: str, message: str, remedy: str
) -> None:
    toml = f"\n\n[plugin.acme]\n{setting}\n"
    problem, *_others = refusals(toml, plugins=["acme"], sources={"acme": CONFIGURED})
    assert problem.key == key
    assert problem.line == 8
    assert message in problem.message
    assert problem.remedy.startswith(remedy)


def test_a_plugin_gets_its_settings_checked_and_typed(make_host: MakeHost) -> None:
    running = make_host(
        "[plugin.acme]\nregion = 'DE'", plugins=["acme"], sources={"acme": CONFIGURED}
    )
    assert running.host.plugins[0].instance.config.region == "DE"
    assert running.host.plugins[0].config.timeout == 2.0


def test_a_plugin_may_own_a_table_with_a_name_of_its_own(make_host: MakeHost) -> None:
    source = CONFIGURED.replace("class Plugin:", "class Plugin:\n    section = 'acme_parameters'")
    running = make_host(
        "[acme_parameters]\nregion = 'DE'", plugins=["acme"], sources={"acme": source}
    )
    assert running.host.plugins[0].instance.config.region == "DE"
    assert running.host.problems == []


def test_two_plugins_cannot_own_one_table(refusals: Refusals) -> None:
    source = CONFIGURED.replace("class Plugin:", "class Plugin:\n    section = 'acme_parameters'")
    (problem,) = refusals(plugins=["acme", "bolt"], sources={"acme": source, "bolt": source})
    assert problem.message == "the table acme_parameters is read by acme and by bolt"
    assert problem.remedy == "take one of them out"


def test_two_owners_of_a_name_are_refused(
    refusals: Refusals,
) -> None:
    (problem,) = refusals(
        plugins=["phone_reformat"], sources={"phone_reformat": EMPTY}, sign_in=False
    )
    assert "two plugins are called 'phone_reformat'" in problem.message
    assert "distribution cti-host-phone-reformat" in problem.message
    assert problem.remedy == "rename or remove one of them"


def test_a_file_and_a_folder_of_one_name_are_two_owners(make_host: MakeHost) -> None:
    running = make_host(plugins=["acme"], sources={"acme": EMPTY})
    package = running.config_file.parent / "plugins.d" / "acme"
    package.mkdir()
    (package / "__init__.py").write_text(EMPTY)
    from cti_host.app import create_app

    with pytest.raises(ConfigRefused, match="two plugins are called 'acme'"):
        create_app(running.config_file)


def test_a_plugin_named_twice_is_refused(refusals: Refusals) -> None:
    (problem,) = refusals(plugins=["acme", "acme"], sources={"acme": EMPTY})
    assert problem.message == "'acme' is named twice"


def test_everything_that_is_wrong_is_reported_together(refusals: Refusals) -> None:
    problems = refusals(
        "[plugin.good]\nregio = 'x'\n",
        plugins=["missing", "syntax", "misspelt", "good"],
        sources={
            "syntax": "class Plugin(:\n",
            "misspelt": hooks(
                "@hookimpl\ndef lookup_caller(self, call): ...",
                "@hookimpl(tryfirst=True)\ndef ticket_lists(self, calls, callers=()): ...",
            ),
            "good": CONFIGURED,
        },
        database="mysql://x",
    )
    said = [
        (problem.key, problem.message.partition(": ")[2] or problem.message) for problem in problems
    ]
    assert said[0][0] == "database"
    assert [key for key, _message in said[1:]] == [
        "plugins[0]",
        "plugins[1]",
        "plugins[2]",
        "plugins[2]",
        "plugins[2]",
        "plugins[2]",
        "plugin.good.regio",
    ]
    assert all(problem.line for problem in problems)
    assert all(problem.remedy for problem in problems)


def test_two_hosts_in_one_process_do_not_see_each_other(make_host: MakeHost, people: str) -> None:
    ada = make_host(
        "[plugin.people]\nfound = ['Ada']", plugins=["people"], sources={"people": people}
    )
    bo = make_host(
        "[plugin.people]\nfound = ['Bo']", plugins=["people"], sources={"people": people}
    )
    none = make_host()
    found = [
        [caller["display"] for caller in running.get_json("/pop?phone=1")["callers"]]
        for running in (ada, bo, none, ada)
    ]
    assert found == [["Ada"], ["Bo"], [], ["Ada"]]
    assert ada.host.database is not bo.host.database


def test_a_plugin_taken_out_leaves_a_host_that_starts_and_a_warning_for_its_table(
    make_host: MakeHost, people: str
) -> None:
    toml = "[plugin.people]\nfound = ['Ada']\n\n[acme_parameters]\nx = 1\n"
    running = make_host(toml, sources={"people": people})
    second, first = running.host.problems
    assert first.warning
    assert second.warning
    assert (first.key, first.line) == ("acme_parameters", 8)
    assert (second.key, second.line) == ("plugin.people", 5)
    assert first.remedy == "enable the plugin that reads it, or remove it"
    assert second.remedy == "add 'people' to plugins, or remove the table"
    assert running.client().get("/pop?phone=1").status_code == 200


SECTION_OF_ITS_OWN = "class Plugin:\n    section = 'acme_parameters'\n"


@pytest.mark.parametrize(
    ("table", "remedy"),
    [
        ("caller_informations", "did you mean [caller_information]?"),
        ("display-tickets", "did you mean [display_tickets]?"),
        ("indirect_creatoin.UserRequest", "did you mean [indirect_creation]?"),
        ("acme_parameter", "did you mean [acme_parameters]?"),
    ],
)
def test_a_misspelt_section_is_refused_with_the_right_name(
    refusals: Refusals, table: str, remedy: str
) -> None:
    (problem,) = refusals(
        f"\n[{table}]\nquery = 'x'\n", plugins=["acme"], sources={"acme": SECTION_OF_ITS_OWN}
    )
    assert (problem.line, problem.key) == (6, table.partition(".")[0])
    assert (problem.message, problem.remedy) == ("unknown section", remedy)


def test_a_section_of_a_plugin_that_is_taken_out_is_a_warning_whatever_it_is_called(
    make_host: MakeHost,
) -> None:
    # It looks like [server], and it is known that it isn't.
    source = SECTION_OF_ITS_OWN.replace("acme_parameters", "servers")
    running = make_host("[servers]\nx = 1\n", sources={"acme": source})
    (problem,) = running.host.problems
    assert (problem.key, problem.warning) == ("servers", True)
    assert problem.remedy == "add 'acme' to plugins, or remove the table"


def test_a_plugin_that_is_switched_off_may_be_broken(make_host: MakeHost) -> None:
    running = make_host(
        "[acme_parameters]\nx = 1\n", sources={"acme": "raise SystemExit('no licence')\n"}
    )
    (problem,) = running.host.problems
    assert problem.warning


def test_a_misspelt_table_of_a_plugin_is_refused_with_the_right_name(refusals: Refusals) -> None:
    (problem,) = refusals(
        "[plugin.acem]\nregion = 'DE'\n", plugins=["acme"], sources={"acme": CONFIGURED}
    )
    assert (problem.line, problem.key) == (5, "plugin.acem")
    assert problem.remedy == "did you mean 'acme'?"


def test_a_table_in_the_place_that_a_plugin_does_not_read_is_refused(refusals: Refusals) -> None:
    (problem,) = refusals(
        "[plugin.acme]\nx = 1\n", plugins=["acme"], sources={"acme": SECTION_OF_ITS_OWN}
    )
    assert problem.message == "acme does not read this table"
    assert problem.remedy == "write [acme_parameters]"


def test_a_folder_of_plugins_that_is_not_there_is_refused(tmp_path: Path) -> None:
    from cti_host.app import create_app

    (tmp_path / "cti.toml").write_text(
        'plugins_dir = "nowhere"\nsecret_key_file = "key"\ndatabase = "sqlite:///x.db"\n'
    )
    with pytest.raises(ConfigRefused) as refused:
        create_app(tmp_path / "cti.toml")
    (problem,) = [problem for problem in refused.value.problems if not problem.warning]
    assert (problem.key, problem.line) == ("plugins_dir", 1)
    assert problem.remedy == "create it, or remove the key"


def test_a_plugin_may_be_a_folder_with_modules_texts_and_migrations(make_host: MakeHost) -> None:
    first = make_host()
    package = first.config_file.parent / "plugins.d" / "acme"
    (package / "locale").mkdir(parents=True)
    (package / "migrations").mkdir()
    (package / "__init__.py").write_text("from .plugin import Plugin\n__version__ = '2.5'\n")
    (package / "plugin.py").write_text(
        "from flask_babel import gettext as _\n"
        + hooks("@hookimpl\ndef class_label(self, class_name):\n    return _('Acme thing')")
    )
    (package / "locale" / "fr.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "Acme thing"\nmsgstr "Chose d’Acme"\n'
    )
    (package / "migrations" / "0001_initial.py").write_text(
        "def up(m):\n    m.sql('create table acme (id integer primary key)')\n\n\n"
        "def down(m):\n    m.sql('drop table acme')\n"
    )
    toml = first.config_file.read_text().replace("plugins = [", 'plugins = ["acme", ')
    first.config_file.write_text(toml + "[indirect_creation.Acme]\nenabled = true\n")
    from cti_host.app import create_app
    from cti_host.databases import migrate

    app = create_app(first.config_file)
    plugin = app.extensions["cti_host"].plugins[0]
    assert plugin.version == "2.5"
    assert plugin.folder == package
    page = app.test_client().get("/pop?phone=1", headers={"Accept-Language": "fr"})
    assert "Chose d’Acme" in page.text
    with app.app_context(), app.extensions["cti_host"].database.connection_context():
        assert migrate.pending(app.extensions["cti_host"]) == ["acme/0001_initial"]
    app.extensions["cti_host"].database.close_all()


@pytest.mark.parametrize(
    ("name", "body", "message", "remedy"),
    [
        (
            "acme",
            "[Blueprint('acme', __name__), Blueprint('acme', __name__)]",
            "acme: two of its blueprints are called 'acme'",
            "return one, and register the other with it",
        ),
        (
            "bootstrap",
            "[Blueprint('bootstrap', __name__)]",
            "bootstrap: the host has a blueprint 'bootstrap' of its own",
            "give the plugin another name",
        ),
        (
            "acme",
            "[Blueprint('other', __name__)]",
            "acme: its blueprint is called 'other'",
            "call it 'acme'",
        ),
        (
            "acme",
            "[page]",
            "acme: its blueprint can't be registered: ",
            "correct its pages",
        ),
    ],
)
def test_a_blueprint_that_cannot_be_added_is_refused(
    refusals: Refusals, name: str, body: str, message: str, remedy: str
) -> None:
    source = hooks(f"@hookimpl\ndef blueprints(self):\n    return {body}").replace(
        "class Plugin:",
        "from flask import Blueprint\n\npage = Blueprint('acme', __name__)\n"
        "page.add_url_rule('/<broken', 'broken', lambda: '')\n\n\nclass Plugin:",
    )
    (problem,) = refusals(plugins=[name], sources={name: source})
    assert problem.message.startswith(message)
    assert problem.remedy.startswith(remedy)
    assert problem.key == "plugins[0]"


def test_mistakes_in_hooks_are_told_although_the_settings_are_wrong_too(
    refusals: Refusals,
) -> None:
    source = CONFIGURED + "\n    @hookimpl\n    def lookup_caller(self, call): ...\n"
    problems = refusals("[plugin.acme]\nregion = 3\n", plugins=["acme"], sources={"acme": source})
    assert [problem.key for problem in problems] == ["plugins[0]", "plugin.acme.region"]
    assert "there is no hook 'lookup_caller'" in problems[0].message
