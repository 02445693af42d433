"""The settings: every mistake with file, line, key and remedy."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from cti_host.app import create_app, find_config
from cti_host.settings.config import Config
from cti_host.settings.problems import ConfigRefused, Problem
from cti_host.testing import MakeHost


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    return tmp_path / "cti.toml"


def refused(path: Path) -> list[Problem]:
    """The mistakes in a file, without the warnings (most files here have no plugin)."""
    with pytest.raises(ConfigRefused) as error:
        create_app(path)
    return [problem for problem in error.value.problems if not problem.warning]


def test_an_empty_file_is_a_configuration(config_file: Path) -> None:
    config_file.write_text("")
    settings = Config(config_file).settings
    assert settings.url_parameters == {"phone": "phone"}
    assert settings.plugins == []
    assert settings.caller_information.display_name == ["friendlyname", "org_name"]


def test_labels_are_written_as_in_itop(config_file: Path) -> None:
    config_file.write_text(
        '[caller_information]\nlabel = "Contacts"\n"label/FR FR" = "Contacts français"\n'
        '"label/DE DE" = "Kontakte"\n'
        "[[display_tickets.lists]]\nenabled = true\n"
        '"label/FR FR" = "Demandes"\nquery = "SELECT UserRequest"\n'
    )
    settings = Config(config_file).settings
    label = settings.caller_information.label
    assert [label.in_language(code) for code in ("en", "fr", "de", "it")] == [
        "Contacts",
        "Contacts français",
        "Kontakte",
        "Contacts",
    ]
    assert settings.display_tickets.lists[0].label.in_language("en") == "Demandes"


def test_a_list_of_attributes_may_be_written_with_commas(config_file: Path) -> None:
    config_file.write_text(
        'shortcut_actions = ["a", "b"]\n'
        '[caller_information]\ndisplay_name = "friendlyname , email"\n'
    )
    settings = Config(config_file).settings
    assert settings.caller_information.display_name == ["friendlyname", "email"]
    assert settings.shortcut_actions == ["a", "b"]


def test_enabled_direct_creations_count_in_the_order_of_the_file(config_file: Path) -> None:
    config_file.write_text(
        "[direct_creation.Z]\nenabled = false\n[direct_creation.B]\nenabled = true\n"
        "[direct_creation.A]\nenabled = true\n"
    )
    assert Config(config_file).settings.direct_classes == ["B", "A"]


@pytest.mark.parametrize(
    ("toml", "line", "key", "message", "remedy"),
    [
        ("\nlanguag = 'en'", 2, "languag", "unknown key", "did you mean 'language'?"),
        (
            "[caller_information]\n\nquerry = 'x'",
            3,
            "caller_information.querry",
            "unknown key",
            "did you mean 'query'?",
        ),
        (
            "[indirect_creation.UserRequest]\nenabld = true",
            2,
            "indirect_creation.UserRequest.enabld",
            "unknown key",
            "did you mean 'enabled'?",
        ),
        (
            "[[display_tickets.lists]]\nlabel = 'a'\nquery = 'q'\n"
            "[[display_tickets.lists]]\nlabel = 'b'\nquery = 'q'\nenable = true",
            7,
            "display_tickets.lists[1].enable",
            "unknown key",
            "did you mean 'enabled'?",
        ),
        (
            "display_tickets = { lists = [\n  { label = 'a', query = 'q' },\n"
            "  { label = 'b', query = 'q', enabel = true },\n] }",
            3,
            "display_tickets.lists[1].enabel",
            "unknown key",
            "did you mean 'enabled'?",
        ),
        (
            "indirect_creation.UserRequest = { preset = { org_id = 3 } }",
            1,
            "indirect_creation.UserRequest.preset.org_id",
            "valid string",
            'write a text in quotes: "…"',
        ),
        ("[server]\nport = 'http'", 2, "server.port", "valid integer", "write a number"),
        (
            "[server]\nport = 70000",
            2,
            "server.port",
            "less than or equal to 65535",
            "write 65535 or less",
        ),
        (
            "[server]\n\nworkers = 0",
            3,
            "server.workers",
            "greater than or equal to 1",
            "write 1 or more",
        ),
        ("language = 'xyz'", 1, "language", "no pages in the language 'xyz'", 'known: "en"'),
        ("language = 'fre'", 1, "language", "no pages in the language 'fre'", "did you mean 'fr'?"),
        (
            "timezone = 'Europe/Pari'",
            1,
            "timezone",
            "there is no time zone 'Europe/Pari'",
            "did you mean 'Europe/Paris'?",
        ),
        ("timezone = 'CEST+2'", 1, "timezone", "there is no time zone", "write its name in the tz"),
        ("database = 5", 1, "database", "valid string", "write a text in quotes"),
        ("plugins = 'tickets'", 1, "plugins", "valid list", "write a list"),
        ("plugins = ['a',\n  5]", 2, "plugins[1]", "valid string", "write a text in quotes"),
        ("https_only = 'perhaps'", 1, "https_only", "valid boolean", "write true or false"),
        ("direct_creation = 3", 1, "direct_creation", "valid dictionary", "write a table"),
        ("server = 3", 1, "server", "valid dictionary", "write a table"),
        (
            "[[display_tickets.lists]]\nlabel = 'a'",
            1,
            "display_tickets.lists[0].query",
            "is required",
            "add query = …",
        ),
        (
            "[[display_tickets.lists]]\nquery = 'a'",
            1,
            "display_tickets.lists[0].label",
            "is required",
            "add label = …",
        ),
        (
            "[caller_information]\nquery = 'q'\nlabel = 3",
            3,
            "caller_information.label",
            "is not a text",
            "write a text in quotes",
        ),
        (
            "[[display_tickets.lists]]\nquery = 'q'\nlabel = 'x'\n'label/FR FR' = 3",
            4,
            'display_tickets.lists[0]."label/FR FR"',
            "is not a text",
            "write a text in quotes",
        ),
        (
            "[caller_information]\nlabel = 'a'\n'label/fr' = 'b'",
            3,
            'caller_information."label/fr"',
            "names no language",
            'write label, or "label/FR FR" in quotes',
        ),
        (
            "[caller_information]\nlabel = ' '",
            2,
            "caller_information.label",
            "is empty",
            "write a text in quotes",
        ),
        (
            "url_parameters = {}",
            1,
            "url_parameters",
            "names no URL parameter",
            'write at least one: phone = "phone"',
        ),
        (
            "[url_parameters]\na = 'phone'\nb = 'phone'",
            3,
            "url_parameters.b",
            "gives the attribute 'phone', and so does 'a'",
            "keep one of them",
        ),
        ("[url_parameters]\na = ' '", 2, "url_parameters.a", "names nothing", "write parameter ="),
        *(
            (
                f"[url_parameters]\n{name} = 'phone'",
                2,
                f"url_parameters.{name}",
                "is a parameter of the panel itself",
                "choose another name",
            )
            for name in ("selected_caller", "filter", "direct", "page_x")
        ),
        (
            "plugins = ['a',\n'b',\n'a']",
            3,
            "plugins[2]",
            "'a' is named twice",
            "remove one of them",
        ),
    ],
)
def test_a_mistake_is_reported_at_its_line_with_what_to_write(
    config_file: Path, toml: str, line: int, key: str, message: str, remedy: str
) -> None:
    config_file.write_text(toml + "\n")
    with pytest.raises(ConfigRefused) as error:
        Config(config_file)
    (problem,) = error.value.problems
    assert (problem.line, problem.key) == (line, key)
    assert message in problem.message
    assert remedy
    assert problem.remedy.startswith(remedy)
    assert str(problem).startswith(f"{config_file}:{line}: {key}: ")


def test_all_mistakes_of_the_host_are_reported_together(config_file: Path) -> None:
    config_file.write_text(
        "languag = 'en'\ntimezone = 'Nowhere'\n[server]\nport = 0\nprt = 1\n"
        "[caller_information]\nlabel = 1\n"
    )
    with pytest.raises(ConfigRefused) as error:
        Config(config_file)
    assert {problem.key for problem in error.value.problems} == {
        "languag",
        "timezone",
        "server.port",
        "server.prt",
        "caller_information.label",
    }


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        (b"a = 1\nb = \nc = 3\n", 2, "not valid TOML: Invalid value"),
        (b"a = 1\na = 2\n", 2, "not valid TOML: Cannot overwrite a value"),
        (b"[a]\n\n[a]\n", 3, "not valid TOML: Cannot declare ('a',) twice"),
        (b'a = "never closed', 1, "not valid TOML"),
        (b"a = yes\n", 1, "not valid TOML: Invalid value"),
        (b"a = '''\nnever\nclosed\n", 4, "not valid TOML"),
        (b"\n\nlabel = 'caf\xe9'\n", 3, "is not UTF-8 text"),
    ],
)
def test_a_file_that_is_no_toml_is_refused_with_its_line(
    config_file: Path, source: bytes, line: int, message: str
) -> None:
    config_file.write_bytes(source)
    (problem,) = refused(config_file)
    assert problem.line == line
    assert problem.message.startswith(message)
    assert problem.remedy


def test_a_file_saved_by_a_windows_editor_is_read(config_file: Path) -> None:
    config_file.write_bytes(b"\xef\xbb\xbflanguage = 'fr'\r\n[server]\r\nport = 9000\r\n")
    config = Config(config_file)
    assert config.settings.language == "fr"
    assert config.file.line(("server", "port")) == 3
    assert config.file.line(("language",)) == 1


def test_a_file_that_is_not_there_is_refused_with_how_to_name_one(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "no.toml", "No such file"), (tmp_path, "Is a directory")):
        (problem,) = refused(path)
        assert reason in problem.message
        assert "--config FILE" in problem.remedy


def test_the_configuration_is_looked_for_in_the_usual_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CTI_HOST_CONFIG", raising=False)
    with pytest.raises(ConfigRefused, match="name one with --config FILE or CTI_HOST_CONFIG"):
        find_config()
    Path("cti.toml").write_text("")
    assert find_config() == Path("cti.toml")
    Path("config").mkdir()
    Path("config/cti.toml").write_text("")
    assert find_config() == Path("config/cti.toml")
    monkeypatch.setenv("CTI_HOST_CONFIG", "elsewhere.toml")
    assert find_config() == Path("elsewhere.toml")
    assert find_config("named.toml") == Path("named.toml")


def test_relative_paths_start_at_the_folder_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site" / "config"
    (site / "plugins.d").mkdir(parents=True)
    (site / "cti.toml").write_text(
        'database = "sqlite:///../data/cti.db"\nsecret_key_file = "../keys/secret"\n'
        'plugins_dir = "plugins.d"\n'
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    app = create_app(site / "cti.toml")
    assert app.extensions["cti_host"].database.database == str(tmp_path / "site/data/cti.db")
    assert (tmp_path / "site/keys/secret").is_file()
    assert list(elsewhere.iterdir()) == []


def test_the_secret_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    (tmp_path / "cti.toml").write_text(
        'database = "sqlite:///x.db"\nsecret_key_file = "keys/secret"\n'
    )
    first, second = (create_app(tmp_path / "cti.toml") for _ in range(2))
    key_file = tmp_path / "keys" / "secret"
    assert first.secret_key == second.secret_key == key_file.read_text()
    assert len(key_file.read_text()) >= 48
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert [path.name for path in key_file.parent.iterdir()] == ["secret"]


@pytest.mark.parametrize("content", [b"", b"\n", b"short", b"\xff" * 40])
def test_a_secret_key_that_protects_nothing_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret").write_bytes(content)
    (tmp_path / "cti.toml").write_text('database = "sqlite:///x.db"\nsecret_key_file = "secret"\n')
    (problem,) = refused(tmp_path / "cti.toml")
    assert (problem.key, problem.line) == ("secret_key_file", 2)
    assert problem.remedy


def test_a_secret_key_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "cti.toml").write_text(
        'database = "sqlite:///x.db"\nsecret_key_file = "file/secret"\n'
    )
    (problem,) = refused(tmp_path / "cti.toml")
    assert problem.key == "secret_key_file"
    assert "can't be read or written" in problem.message


@pytest.mark.parametrize(
    ("url", "remedy"),
    [
        ("mysql://u:p@h/n", 'write "sqlite:///…" or "postgresql://…"'),
        ("cti.db", 'write "sqlite:///…" or "postgresql://…"'),
        ("sqlite://cti.db", 'write "sqlite:///folder/file.db"'),
        ("sqlite:///", 'write "sqlite:///folder/file.db"'),
        ("postgresql://host", 'write "postgresql://user:password@host/name"'),
        ("postgresql://u:p@h:port/name", "the port is a number from 0 to 65535"),
        ("sqlite:///file/cti.db", "can't be made"),
    ],
)
def test_a_database_that_cannot_be_opened_is_refused(tmp_path: Path, url: str, remedy: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "cti.toml").write_text(f'secret_key_file = "key"\ndatabase = "{url}"\n')
    (problem,) = refused(tmp_path / "cti.toml")
    assert (problem.key, problem.line) == ("database", 2)
    assert problem.message == "is not a database that can be opened"
    assert remedy in problem.remedy


def test_dates_are_shown_in_the_sites_time_zone(make_panel: MakeHost) -> None:
    section = """
        from datetime import datetime
        from flask_babel import format_datetime
        from cti_host import PanelSection, hookimpl


        class Plugin:
            @hookimpl
            def panel_sections(self, call, callers):
                return [PanelSection("t", format_datetime(datetime(2026, 7, 1, 22, 30), "HH:mm"))]
        """
    for zone, shown in (("UTC", "22:30"), ("Europe/Paris", "00:30"), ("America/Lima", "17:30")):
        running = make_panel(f'timezone = "{zone}"', plugins=["clock"], sources={"clock": section})
        assert f"</h2>{shown}<" in running.client().get("/pop?phone=1").text


def test_a_plugin_refuses_a_setting_of_its_own_with_its_place(make_host: MakeHost) -> None:
    source = """
        from cti_host import hookimpl


        class Plugin:
            @hookimpl
            def register(self, host):
                host.problem(("url_parameters", "phone"), "I need two", "add another")
                host.warn(("language",), "I speak English only")
        """
    with pytest.raises(ConfigRefused) as error:
        make_host(
            "language = 'fr'\n[url_parameters]\nphone = 'phone'\n",
            plugins=["acme"],
            sources={"acme": source},
        )
    warning, refusal = error.value.problems
    assert (refusal.line, refusal.key, refusal.warning) == (7, "url_parameters.phone", False)
    assert (warning.line, warning.key, warning.warning) == (5, "language", True)


def test_every_kind_of_mistake_is_reported_at_once(make_host: MakeHost) -> None:
    with pytest.raises(ConfigRefused) as error:
        make_host(
            """
            languages = "fr"
            timezone = "Europe/Pariss"

            [server]
            port = "8080"

            [caller_information]
            query = "SELECT Person WHERE"
            display_name = "friendlyname"

            [[display_tickets.lists]]
            enabled = "yes"
            label = "A"
            query = "SELECT UserRequest"

            [[display_tickets.lists]]
            enabled = true
            label = "B"
            query = "SELECT UserRequest AS u WHERE u.caller IN (:callers_list)"

            [plugin.phone_reformat]
            regoin = "FR"
            """,
            plugins=["phone_reformat", "tickets", "nobody"],
            database="mysql://somewhere",
        )
    refused = [(p.key, p.line) for p in error.value.problems if not p.warning]
    assert refused == [
        ("database", 1),
        ("plugins[2]", 2),
        ("languages", 6),
        ("timezone", 7),
        ("server.port", 10),
        ("caller_information.query", 13),
        ("display_tickets.lists[0].enabled", 17),
        ("display_tickets.lists[1].query", 24),
        ("plugin.phone_reformat.regoin", 27),
    ]
    assert all(problem.remedy or "OQL" not in problem.message for problem in error.value.problems)
