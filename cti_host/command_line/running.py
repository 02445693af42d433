"""`cti-host serve` and `cti-host demo`: the server, with data of a site or of the demonstration."""

from __future__ import annotations

import errno

import click

from cti_host.command_line.context import Context, pass_context
from cti_host.databases import migrate
from cti_host.databases.ready import is_fresh
from cti_host.settings.exposure import needless_root, reachable_beside_proxies
from cti_host.settings.sections import Server


@click.command()
@click.option("--host", "address", help="Listen here instead of [server] host.")
@click.option("--port", type=click.IntRange(1, 65535), help="Listen here instead of [server] port.")
@click.option("--workers", type=click.IntRange(1, 64), help="So many processes.")
@click.option("--no-live", is_flag=True, help="Nothing reaches a page that is open: no streams.")
@pass_context
def serve(
    context: Context, address: str | None, port: int | None, workers: int | None, no_live: bool
) -> None:
    """Run the production server."""
    from cti_host.server.serving import serve as run

    given = {"host": address, "port": port, "workers": workers}
    server = context.host.settings.server.model_copy(
        update={name: value for name, value in given.items() if value is not None}
    )
    with context.app.app_context():
        context.make_database_ready()
    context.host.database.close()
    kind = context.host.settings.log
    run(context.path, server, live=not no_live, log_kind=kind, warnings=_warnings(server))


@click.command()
@click.option("--host", "address", help="Listen here instead of [server] host.")
@click.option("--port", type=click.IntRange(1, 65535), help="Listen here instead of [server] port.")
@pass_context
def demo(context: Context, address: str | None, port: int | None) -> None:
    """Fill the database with demo data, say what to try, and serve.

    Where the port of the settings is taken, a free one is used; one that was given has to be free.
    """
    from cti_host.server.serving import bindable_port, cannot_listen
    from cti_host.server.serving import serve as run

    server = context.host.settings.server
    address, taken = address or server.host, None
    if port is None:
        port = server.port
        try:
            bindable_port(address, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise cannot_listen(address, port, error) from None
            port, taken = bindable_port(address, 0), port
    base = f"http://{f'[{address}]' if ':' in address else address}:{port}"
    with (
        context.app.test_request_context(base_url=base),
        context.host.database.connection_context(),
    ):
        if is_fresh(context.host):
            migrate.upgrade(context.host)  # also PostgreSQL's
        context.make_database_ready()
        answers = context.host.hooks.set_up("load_demo")
    context.host.database.close()

    def say_what_to_try() -> None:
        click.echo("\nCTI Host demo\n")
        if taken is not None:
            click.echo(f"  Something else listens on port {taken}: it is port {port} this time.\n")
        for _plugin, lines in answers:
            for line in lines:
                click.echo(f"  {line}")
        click.echo(f"\n  Start page: {base}/\n  Stop with Ctrl-C.\n")

    server = server.model_copy(update={"host": address, "port": port})
    run(
        context.path,
        server,
        log_kind=context.host.settings.log,
        warnings=_warnings(server),
        when_listening=say_what_to_try,
    )


def _warnings(server: Server) -> list[str]:
    beside = reachable_beside_proxies(server)
    return [one for one in (needless_root(server), beside[0] if beside else "") if one]
