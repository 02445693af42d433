"""Do faults to a server of this checkout, and print what was lost.

Everything listens on loopback, works in a temporary folder, and ends by itself.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from tests.faults import table
from tests.faults.kit.outcome import Outcome, Size
from tests.faults.registry import Fault, named

# No fault takes so long on a machine that works.
LONGEST_SECONDS = 600


def main() -> int:
    """Run the faults; the exit status is 1 if one of them did not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these; see --list")
    parser.add_argument("--short", action="store_true", help="as small as in the tests")
    parser.add_argument("--list", action="store_true", help="print what there is, and do nothing")
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--json", action="store_true", help="one JSON object a line")
    shown.add_argument("--markdown", action="store_true", help="rows of a table")
    parser.add_argument("--document", action="store_true",
                        help=f"write the rows into {table.PAGE.name}")  # fmt: skip
    options = parser.parse_args()
    try:
        chosen = named(options.names)
    except LookupError as error:
        parser.error(str(error))
    if options.list:
        for fault in chosen:
            print(f"{fault.name} (point {fault.point})\n    {fault.about}")
        return 0
    failed = False
    for fault in chosen:
        outcome = _ran(fault, Size.SHORT if options.short else Size.LONG)
        failed |= not outcome.held
        if options.json:
            print(json.dumps({"name": fault.name, "point": fault.point,
                              **dataclasses.asdict(outcome)}))  # fmt: skip
        elif options.markdown:
            print(table.row(fault, outcome))
        else:
            print(_told(fault, outcome))
        sys.stdout.flush()
        if options.document:
            table.write(fault, outcome)
    return int(failed)


def _ran(fault: Fault, size: Size) -> Outcome:
    """What came of a fault; one that fails itself, or never ends, did not hold."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cti-host-fault-") as folder:
        try:
            with _ended_after(LONGEST_SECONDS):
                outcome = fault.run(size, Path(folder))
        except Exception as error:
            traceback.print_exc()
            outcome = Outcome("", f"{type(error).__name__}: {error}", held=False)
    return dataclasses.replace(outcome, seconds=round(time.monotonic() - started, 1))


@contextmanager
def _ended_after(seconds: int) -> Iterator[None]:
    def late(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"it had not ended after {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _told(fault: Fault, outcome: Outcome) -> str:
    lines = [
        f"{fault.name}: {'held' if outcome.held else 'DID NOT HOLD'} ({outcome.seconds:.0f} s)",
        f"    done  {outcome.done}",
        f"    lost  {outcome.lost}",
    ]
    return "\n".join([*lines, *([f"    took  {outcome.took}"] if outcome.took else [])])


if __name__ == "__main__":
    sys.exit(main())
