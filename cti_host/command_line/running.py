"""`cti-host serve` and `cti-host demo`: the server, with data of a site or of the demonstration."""

from __future__ import annotations

import click

from cti_host.command_line.context import Context, fail, pass_context
from cti_host.databases import migrate


@click.command()
@click.option("--host", "address", help="Listen here instead of [server] host.")
@click.option("--port", type=click.IntRange(1, 65535), help="Listen here instead of [server] port.")
@click.option("--workers", type=click.IntRange(1, 64), help="So many processes.")
@pass_context
def serve(context: Context, address: str | None, port: int | None, workers: int | None) -> None:
    """Run the production server."""
    from cti_host.server.serving import serve as run

    server = context.host.settings.server
    waiting = migrate.pending(context.host)
    if waiting:
        fail(f"the database is not up to date ({', '.join(waiting)})", "run: cti-host db upgrade")
    run(context.path, address or server.host, port or server.port, workers or server.workers)


@click.command()
@click.option("--host", "address", help="Listen here instead of [server] host.")
@click.option("--port", type=click.IntRange(1, 65535), help="Listen here instead of [server] port.")
@pass_context
def demo(context: Context, address: str | None, port: int | None) -> None:
    """Fill the database with demo data, say what to try, and serve."""
    from cti_host.server.serving import serve as run

    server = context.host.settings.server
    address, port = address or server.host, port or server.port
    base = f"http://{f'[{address}]' if ':' in address else address}:{port}"
    with (
        context.app.test_request_context(base_url=base),
        context.host.database.connection_context(),
    ):
        migrate.upgrade(context.host)
        answers = context.host.hooks.set_up("load_demo")
    context.host.database.close()
    click.echo("\nCTI Host demo\n")
    for _plugin, lines in answers:
        for line in lines:
            click.echo(f"  {line}")
    click.echo(f"\n  Start page: {base}/\n  Stop with Ctrl-C.\n")
    run(context.path, address, port, server.workers)
