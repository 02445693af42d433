"""`cti-host calls simulate`: a made-up call takes the real way to the screen."""

from __future__ import annotations

import time

import click

from cti_calls.simulator.playing import NUMBER, NotTaken, play, scene_of
from cti_calls.simulator.scenes import Scene
from cti_calls.store.diagnosis import HopTimes, hop_times
from cti_host import current_host

_LOOK_AGAIN_SECONDS = 0.05


@click.command()
@click.argument("scene", type=click.Choice([one.value for one in Scene]))
@click.option("--agent", "agents", multiple=True, help="Whose phone rings; a scene takes two.")
@click.option("--number", default=NUMBER, show_default=True, help="Who calls.")
@click.option("--dialled", default="", help="The number that was dialled.")
@click.option("--pause", default=3.0, show_default=True, help="Seconds between two moments.")
@click.option(
    "--wait", default=3.0, show_default=True, help="Seconds to wait until a screen shows the call."
)
def simulate(
    scene: str, agents: tuple[str, ...], number: str, dialled: str, pause: float, wait: float
) -> None:
    """Let a made-up call ring, as a phone system would tell of it.

    It is kept like any other call, marked as made up.
    """
    host = current_host()
    moments = scene_of(Scene(scene), agents, number=number, dialled=dialled)
    shown = False
    try:
        for played in play(host, moments, lambda: time.sleep(pause)):
            click.echo(f"{played.name}: stored as call {played.call}, {played.stored_ms:.0f} ms")
            if not shown and played.name == "ringing" and played.call is not None:
                shown = True
                _tell(played.call, wait, bool(agents))
    except NotTaken as moment:
        raise click.ClickException(
            f"“{moment}” was not stored: no plugin takes phone events, or it failed; see the log"
        ) from None


def _tell(call: int, wait: float, anybody: bool) -> None:
    if not anybody:
        click.echo("  nobody's phone rings in it: name somebody with --agent")
        return
    found = _painted(call, wait)
    if found is None:
        return
    if found.pushed_ms is None:
        click.echo("  no screen was told; `cti-host doctor` says why")
    elif found.painted_ms is None:
        click.echo(f"  sent to the screens after {found.pushed_ms} ms; none has shown it yet")
    else:
        click.echo(f"  on the screen after {found.painted_ms} ms")


def _painted(call: int, wait: float) -> HopTimes | None:
    """How far the call came, at the latest when the wait is over."""
    until = time.monotonic() + wait
    while True:
        found = hop_times(call)
        if found is None or found.painted_ms is not None or time.monotonic() >= until:
            return found
        time.sleep(_LOOK_AGAIN_SECONDS)
