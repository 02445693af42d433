"""The settings of a site for iTop's telephony extension, moved to cti.toml."""

from cti_itop_config.command import command

__all__ = ["command"]
