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
from flask import Flask
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from cti_host.databases.connection import BadDatabaseUrl, open_database
from cti_host.dispatch import Dispatcher, SetupFailed
from cti_host.host import Host
from cti_host.loader import find_plugins, plugin_manager
from cti_host.pop import views
from cti_host.settings.config import Config
from cti_host.settings.problems import ConfigRefused, Problem
from cti_host.settings_check import check_settings
from cti_host.web import requests
from cti_host.web.i18n import init_languages
from cti_host.web.rendering import init_rendering
from cti_host.workers import Workers

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
    plugins, plugin_problems = find_plugins(config)
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
    hooks = Dispatcher(plugin_manager(plugins), timeouts, workers)
    host = Host(config, hooks, database, plugins, problems=problems)
    app.extensions["cti_host"] = host
    # The order of the hooks below: an agent first, then CSRF, which needs to know of tokens.
    requests.init_app(app, host, csrf)
    proxies = config.settings.server.proxies
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's documented way
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
    app.register_blueprint(views.blueprint)
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
        for plugin, classes in host.hooks.set_up("data_classes"):
            host.data_classes += [(plugin, added) for added in classes]
        for plugin, extensions in host.hooks.set_up("data_attributes"):
            host.data_attributes += [(plugin, added) for added in extensions]
        host.hooks.set_up("register", host=host)
        names: dict[str, str] = {}
        for plugin, models in host.hooks.set_up("models"):
            for model in models:
                owner = names.setdefault(model.__name__, plugin)
                if owner != plugin:
                    message = f"class {model.__name__} is in {owner} and in {plugin}"
                    host.problem(("plugins",), message, "take one of them out")
                host.models.append(model)
        for plugin, blueprints in host.hooks.set_up("blueprints"):
            for blueprint in blueprints:
                if blueprint.name != plugin:
                    message = f"{plugin}: its blueprint is called {blueprint.name!r}"
                    host.problem(("plugins",), message, f"call it {plugin!r}")
                else:
                    app.register_blueprint(blueprint)
        host.known_names.update(host.hooks.set_up("known_names"))
        check_settings(host)
    except SetupFailed as failed:
        position = [plugin.name for plugin in host.plugins].index(failed.plugin)
        message = f"{failed.plugin}: {failed.hook} failed: {failed.reason}"
        host.problem(("plugins", position), message)
