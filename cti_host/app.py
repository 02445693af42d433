"""`create_app()`: a configuration file becomes a Flask application, or a list of refusals."""

from __future__ import annotations

import gc
import logging
import os
from functools import partial
from multiprocessing.util import Finalize
from pathlib import Path

import peewee
from flask import Blueprint, Flask
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from cti_host.databases.connection import BadDatabaseUrl, lend_connection, open_database
from cti_host.databases.limits import FOR_COMMANDS, Limits
from cti_host.databases.postgresql import PostgresqlServer
from cti_host.databases.upkeep import Upkeep
from cti_host.dispatch import SetupFailed
from cti_host.health import metrics_page, page, probes
from cti_host.health.metrics_page import Readers
from cti_host.health.pool import measure_database
from cti_host.health.probes import Probe
from cti_host.health.processes import EXTENSION as PROCESSES
from cti_host.health.processes import Processes
from cti_host.hooks import Hooks
from cti_host.host import Host
from cti_host.isolation.counters import Counters
from cti_host.isolation.jobs import Job
from cti_host.isolation.workers import Workers
from cti_host.loader import find_plugins
from cti_host.logs import lines
from cti_host.metrics.metrics import Metrics
from cti_host.model import PageScript
from cti_host.pop import views
from cti_host.privacy import logs
from cti_host.private_files import KeyRefused, read_or_make_key
from cti_host.settings.config import Config
from cti_host.settings.places import CONFIG_VARIABLE, DEFAULT_CONFIGS
from cti_host.settings.plugin_config import DEFAULT_TIMEOUT, PluginConfig
from cti_host.settings.problems import ConfigRefused, Problem
from cti_host.settings.settings import Settings
from cti_host.settings_check import check_settings
from cti_host.web import flask_settings, requests, watching
from cti_host.web.frame import init_frame
from cti_host.web.giving_way import giving_way
from cti_host.web.i18n import init_languages
from cti_host.web.rendering import init_rendering
from cti_host.web.routes import taken_routes

# Objects made before Python looks for cycles: a panel makes some thousands, and few cycles.
GC_THRESHOLD = 20_000


def create_app(
    config: Config | Path | str, *, timeout: float = DEFAULT_TIMEOUT, command: bool = False
) -> Flask:
    """Build the application for a configuration file.

    Nothing is global: two applications with different plugins live in one process.

    :param timeout: seconds for a call of a plugin, where neither it nor its settings say how many
    :param command: whether it is for a command, whose statements may take as long as they like
    :raises ConfigRefused: with every mistake in the configuration and the plugins
    """
    if not isinstance(config, Config):
        config = Config(Path(config), lenient=True)
    # Whatever is wrong, everything else is built and checked: all mistakes are told at once.
    problems = list(config.problems)
    limits = FOR_COMMANDS if command else _limits(config.settings)
    database = _open(config, limits, problems)
    plugins, registry, plugin_problems = find_plugins(config)
    problems += plugin_problems

    app = flask_settings.Application(
        "cti_host", static_folder="static", template_folder="templates"
    )
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.secret_key = _secret_key(config, problems)
    flask_settings.configure(app, config.settings)
    folders = [Path(app.root_path), *(p.folder for p in plugins if p.folder)]
    init_languages(app, config.settings.language, config.settings.timezone, folders)
    Bootstrap5(app)
    init_rendering(app)
    init_frame(app)
    csrf = CSRFProtect(app)

    def give_back_connection() -> None:
        if not database.is_closed():
            database.close()

    timeouts = {plugin.name: _call_seconds(plugin.config, timeout) for plugin in plugins}

    def end_statement(job: Job) -> None:
        # Those of SQLite look at the clock themselves.
        if isinstance(database, PostgresqlServer):
            database.end_statement(job)

    meanwhile = giving_way(partial(lend_connection, database))
    workers = Workers(after=give_back_connection, late=end_statement, meanwhile=meanwhile)
    counters, metrics = Counters(workers.hanging), Metrics()
    hooks = Hooks(registry.manager(plugins), registry.contracts, timeouts, workers, counters)
    host = Host(config, hooks, database, plugins, problems=problems, metrics=metrics)
    host.before_closing.append(workers.close)
    app.extensions["cti_host"] = host
    # What is told of a request comes before all else that runs around it, then an agent, then CSRF,
    # which needs to know of tokens.
    watching.init_app(app, host)
    requests.init_app(app, host, csrf)
    proxies = config.settings.server.proxies
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's documented way
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
    run_folder = config.resolve(config.settings.secret_key_file).parent / "run"
    app.extensions[PROCESSES] = Processes(run_folder, counters, metrics)
    measure_database(database, metrics.registry)
    app.extensions[probes.EXTENSION] = Probe(host, workers)
    app.extensions[metrics_page.EXTENSION] = Readers(host)
    app.register_blueprint(views.blueprint)
    app.register_blueprint(page.blueprint)
    host.public_endpoints |= page.PUBLIC
    with app.app_context():
        _set_up(app, host)
    host.problems.sort(key=lambda problem: (problem.file, problem.line))
    if any(not problem.warning for problem in host.problems):
        raise ConfigRefused(host.problems)
    return app


def _call_seconds(config: PluginConfig, default: float) -> float:
    """How long a call may take: what the settings, or the plugin itself, say, or the default."""
    says = "timeout" in config.model_fields_set or config.timeout != DEFAULT_TIMEOUT
    return config.timeout if says else default


def app_from_environment() -> Flask:
    """The application for the file that `CTI_HOST_CONFIG` names: what server workers import."""
    if not logging.getLogger().handlers:  # else lines look as the process above this one says
        lines.configure(lines.TEXT)
    # Before there are settings, nothing of persons is written.
    logs.install(logs.LogPolicy())
    app = create_app(find_config())
    settings = app.extensions["cti_host"].settings
    lines.configure(settings.log)
    logs.install(log_policy(settings))
    # What is here now stays for good; looking through it again and again takes a tenth of the time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
    app.extensions[PROCESSES].publish()
    # Not `atexit`: worker processes that were forked end without it.
    Finalize(None, app.extensions["cti_host"].close, exitpriority=0)
    upkeep = Upkeep(app.extensions["cti_host"].database)
    app.extensions["cti_host"].before_closing.append(upkeep.stop)
    upkeep.start()
    with app.app_context():
        app.extensions["cti_host"].hooks.server_started()
    return app


def log_policy(settings: Settings) -> logs.LogPolicy:
    """What the logs of a site may hold, by its `[privacy]`."""
    return logs.LogPolicy(settings.privacy.log_numbers, settings.privacy.log_names)


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


def _limits(settings: Settings) -> Limits:
    """How long the database may take in a server."""
    given = settings.database_limits
    return Limits(given.statement_seconds, given.lock_seconds, given.idle_in_transaction_seconds)


def _open(config: Config, limits: Limits, problems: list[Problem]) -> peewee.Database:
    """The database; after a mistake one in memory, that the rest can be checked with."""
    try:
        return open_database(config.settings.database, config.folder, limits)
    except BadDatabaseUrl as error:
        message = "is not a database that can be opened"
        problems.append(config.problem(("database",), message, str(error)))
        return peewee.SqliteDatabase(":memory:")


def _secret_key(config: Config, problems: list[Problem]) -> str:
    """The key that signs sessions: made at the first start, readable by its owner only."""
    path = config.resolve(config.settings.secret_key_file)
    try:
        return read_or_make_key(path)
    except KeyRefused as error:
        message, remedy = str(error), error.remedy
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a text"
        message = f"{path} can't be read or written: {reason}"
        remedy = "name a file in a folder that the server may write to"
    problems.append(config.problem(("secret_key_file",), message, remedy))
    return ""


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
        for plugin, scripts in host.hooks.set_up("page_scripts"):
            _add_scripts(app, host, plugin, scripts)
        host.known_names.update(host.hooks.set_up("known_names"))
        check_settings(host)
    except SetupFailed as failed:
        position = [plugin.name for plugin in host.plugins].index(failed.plugin)
        message = f"{failed.plugin}: {failed.hook} failed: {failed.reason}"
        host.problem(("plugins", position), message)


def _add_scripts(app: Flask, host: Host, plugin: str, scripts: list[PageScript]) -> None:
    """Add a plugin's scripts to all pages; those that nothing serves are refused."""
    for script in scripts:
        if script.endpoint in app.view_functions:
            host.page_scripts.append(script)
        else:
            message = f"nothing serves its script {script.filename}: no endpoint {script.endpoint}"
            host.plugin_problem(plugin, message, "name the static folder of its blueprint")


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
        before, told = [*app.url_map.iter_rules()], len(host.problems)
        try:
            app.register_blueprint(blueprint)
        except Exception as error:  # Flask and its router raise several kinds
            message = f"its blueprint can't be registered: {type(error).__name__}: {error}"
            host.plugin_problem(plugin, message, "correct its pages")
            return
        if len(host.problems) > told:
            return  # the plugin tells of its addresses itself, with their place in the settings
        for address, owner in taken_routes(app, before):
            message = f"its address {address} belongs to {owner}"
            host.plugin_problem(plugin, message, f"choose another one, such as /{plugin}/…")
