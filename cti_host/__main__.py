"""`python -m cti_host` is `cti-host`."""

from cti_host.command_line.cli import main

main()
