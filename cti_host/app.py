"""`create_app()`: a configuration file becomes a Flask application, or a list of refusals."""

from __future__ import annotations

import gc
import logging
import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

import peewee
from flask import Blueprint, Flask
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from cti_host.databases.connection import BadDatabaseUrl, open_database
from cti_host.dispatch import SetupFailed
from cti_host.health import page
from cti_host.health.processes import Processes
from cti_host.hooks import Hooks
from cti_host.host import Host
from cti_host.isolation.counters import Counters
from cti_host.isolation.workers import Workers
from cti_host.loader import find_plugins
from cti_host.pop import views
from cti_host.settings.config import Config
from cti_host.settings.problems import ConfigRefused, Problem
from cti_host.settings_check import check_settings
from cti_host.web import requests
from cti_host.web.i18n import init_languages
from cti_host.web.rendering import init_rendering

CONFIG_VARIABLE = "CTI_HOST_CONFIG"
# Objects made before Python looks for cycles: a panel makes some thousands, and few cycles.
GC_THRESHOLD = 20_000
SHORTEST_SECRET_KEY = 16
DEFAULT_CONFIGS = ("config/cti.toml", "cti.toml")


def create_app(config: Config | Path | str) -> Flask:
    """Build the application for a configuration file.

    Nothing is global: two applications with different plugins live in one process.

    :raises ConfigRefused: with every mistake in the configuration and the plugins
    """
    if not isinstance(config, Config):
        config = Config(Path(config), lenient=True)
    # Whatever is wrong, everything else is built and checked: all mistakes are told at once.
    problems = list(config.problems)
    database = _open(config, problems)
    plugins, registry, plugin_problems = find_plugins(config)
    problems += plugin_problems

    app = Flask("cti_host", static_folder="static", template_folder="templates")
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.secret_key = _secret_key(config, problems)
    requests.configure(app, config.settings)
    folders = [Path(app.root_path), *(p.folder for p in plugins if p.folder)]
    init_languages(app, config.settings.language, config.settings.timezone, folders)
    Bootstrap5(app)
    init_rendering(app)
    csrf = CSRFProtect(app)

    def give_back_connection() -> None:
        if not database.is_closed():
            database.close()

    timeouts = {plugin.name: plugin.config.timeout for plugin in plugins}
    workers = Workers(after=give_back_connection)
    counters = Counters(workers.hanging)
    hooks = Hooks(registry.manager(plugins), registry.contracts, timeouts, workers, counters)
    host = Host(config, hooks, database, plugins, problems=problems)
    app.extensions["cti_host"] = host
    # The order of the hooks below: an agent first, then CSRF, which needs to know of tokens.
    requests.init_app(app, host, csrf)
    proxies = config.settings.server.proxies
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's documented way
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
    run_folder = config.resolve(config.settings.secret_key_file).parent / "run"
    app.extensions[page.EXTENSION] = Processes(run_folder, counters)
    app.register_blueprint(views.blueprint)
    app.register_blueprint(page.blueprint)
    with app.app_context():
        _set_up(app, host)
    host.problems.sort(key=lambda problem: (problem.file, problem.line))
    if any(not problem.warning for problem in host.problems):
        raise ConfigRefused(host.problems)
    return app


def app_from_environment() -> Flask:
    """The application for the file that `CTI_HOST_CONFIG` names: what server workers import."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    app = create_app(find_config())
    # What is here now stays for good; looking through it again and again takes a tenth of the time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
    app.extensions[page.EXTENSION].publish()
    with app.app_context():
        app.extensions["cti_host"].hooks.server_started()
    return app


def find_config(named: str | None = None) -> Path:
    """The configuration file: the one named, else `CTI_HOST_CONFIG`, else the usual places.

    :raises ConfigRefused: none of the usual places has one
    """
    named = named or os.environ.get(CONFIG_VARIABLE)
    if named:
        return Path(named)
    for candidate in DEFAULT_CONFIGS:
        if Path(candidate).is_file():
            return Path(candidate)
    remedy = f"name one with --config FILE or {CONFIG_VARIABLE}"
    raise ConfigRefused([Problem(DEFAULT_CONFIGS[0], 0, "", "there is no such file", remedy)])


def _open(config: Config, problems: list[Problem]) -> peewee.Database:
    """The database; after a mistake one in memory, that the rest can be checked with."""
    try:
        return open_database(config.settings.database, config.folder)
    except BadDatabaseUrl as error:
        message = "is not a database that can be opened"
        problems.append(config.problem(("database",), message, str(error)))
        return peewee.SqliteDatabase(":memory:")


def _secret_key(config: Config, problems: list[Problem]) -> str:
    """The key that signs sessions: made at the first start, readable by its owner only."""
    path = config.resolve(config.settings.secret_key_file)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            # Of two processes that start together, one makes the key, and the other finds it whole.
            with NamedTemporaryFile("w", dir=path.parent) as file:
                file.write(secrets.token_urlsafe(48))
                file.flush()
                with suppress(FileExistsError):
                    os.link(file.name, path)
        key = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a text"
        message = f"{path} can't be read or written: {reason}"
        remedy = "name a file in a folder that the server may write to"
        problems.append(config.problem(("secret_key_file",), message, remedy))
        return ""
    if len(key) < SHORTEST_SECRET_KEY:
        message = f"the key in {path} has fewer than {SHORTEST_SECRET_KEY} characters"
        remedy = "remove the file; the host makes another one"
        problems.append(config.problem(("secret_key_file",), message, remedy))
    return key


def _set_up(app: Flask, host: Host) -> None:
    """Run the set-up hooks; their failures are refusals too."""
    try:
        host.hooks.set_up("register", host=host)
        names: dict[str, str] = {}
        for plugin, models in host.hooks.set_up("models"):
            for model in models:
                owner = names.setdefault(model.__name__, plugin)
                if owner != plugin:
                    message = f"class {model.__name__} is in {owner} and in {plugin}"
                    host.problem(("plugins",), message, "take one of them out")
                host.models.append(model)
        taken = frozenset(app.blueprints)
        for plugin, blueprints in host.hooks.set_up("blueprints"):
            for blueprint in blueprints:
                _register_blueprint(app, host, plugin, blueprint, taken)
        host.known_names.update(host.hooks.set_up("known_names"))
        check_settings(host)
    except SetupFailed as failed:
        position = [plugin.name for plugin in host.plugins].index(failed.plugin)
        message = f"{failed.plugin}: {failed.hook} failed: {failed.reason}"
        host.problem(("plugins", position), message)


def _register_blueprint(
    app: Flask, host: Host, plugin: str, blueprint: Blueprint, taken: frozenset[str]
) -> None:
    """Add a plugin's pages; pages that can't be added are refused.

    :param taken: the names of blueprints that are not a plugin's
    """
    name = blueprint.name
    if name != plugin:
        host.plugin_problem(plugin, f"its blueprint is called {name!r}", f"call it {plugin!r}")
    elif name in taken:
        message = f"the host has a blueprint {name!r} of its own"
        host.plugin_problem(plugin, message, "give the plugin another name")
    elif name in app.blueprints:
        message = f"two of its blueprints are called {name!r}"
        remedy = "return one, and register the other with it: one.register_blueprint(other)"
        host.plugin_problem(plugin, message, remedy)
    else:
        try:
            app.register_blueprint(blueprint)
        except Exception as error:  # Flask and its router raise several kinds
            message = f"its blueprint can't be registered: {type(error).__name__}: {error}"
            host.plugin_problem(plugin, message, "correct its pages")
