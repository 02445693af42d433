"""What every test may use: the kit for plugin authors, loaded here once for all of them."""

pytest_plugins = ["cti_host.testing"]
