"""`python -m cti_host` is `cti-host`."""

from cti_host.cli import main

main()
