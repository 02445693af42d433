"""What stands for `cti-host` where `warm_commands.py` runs it.

Usage: `warm_client.py SOCKET WORDS...`. It hands its environment, folder and standard files over,
passes signals on, and ends as the command did. When it is killed, so is the command.
"""

import json
import os
import signal
import socket
import sys


def main(address: str, *words: str) -> int:
    """Have a command run; returns its exit status, below 0 for the signal that ended it."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        wish = {"words": words, "folder": os.getcwd(), "environment": dict(os.environ)}
        told = json.dumps(wish).encode("utf-8", "surrogateescape")
        socket.send_fds(connection, [b"%010d" % len(told)], [0, 1, 2])
        connection.sendall(told)
        with connection.makefile("r") as said:
            process = int(said.readline())
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, lambda number, _frame: os.kill(process, number))
            return int(said.readline() or -signal.SIGKILL)


if __name__ == "__main__":
    status = main(*sys.argv[1:])
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    sys.exit(status)
