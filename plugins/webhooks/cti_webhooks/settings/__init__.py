"""`[plugin.webhooks]` of the settings, and the tables in it."""

from cti_webhooks.settings.config import (
    AnySource,
    Config,
    PlacetelSource,
    SipgateSource,
    ZammadSource,
)
from cti_webhooks.settings.generic import ANYTHING_ELSE, Ending, Fields, GenericSource, What
from cti_webhooks.settings.tables import Signature, Source

__all__ = [
    "ANYTHING_ELSE",
    "AnySource",
    "Config",
    "Ending",
    "Fields",
    "GenericSource",
    "PlacetelSource",
    "Signature",
    "SipgateSource",
    "Source",
    "What",
    "ZammadSource",
]
