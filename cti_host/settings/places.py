"""Where the configuration is looked for."""

CONFIG_VARIABLE = "CTI_HOST_CONFIG"
DEFAULT_CONFIGS = ("config/cti.toml", "cti.toml")
