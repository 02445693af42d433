"""Every hook of the host: its signature, its docstring and its contract.

The contract is data: the dispatcher executes it, `docs/hooks.md` is generated from it. Each
docstring says when the hook fires, what each argument is, what to return (also what `None`
means), in which order plugins are asked, and what happens on an error.
"""

from cti_host.contract import Contract, contracts_of
from cti_host.hookspecs.live import LiveHookSpecs
from cti_host.hookspecs.panel import PanelHookSpecs
from cti_host.hookspecs.people import PersonHookSpecs
from cti_host.hookspecs.privacy import PrivacyHookSpecs
from cti_host.hookspecs.rights import RightsHookSpecs
from cti_host.hookspecs.search import SearchHookSpecs
from cti_host.hookspecs.setup import SetUpHookSpecs
from cti_host.hookspecs.tickets import TicketHookSpecs


class HookSpecs(
    PanelHookSpecs,
    PersonHookSpecs,
    SearchHookSpecs,
    TicketHookSpecs,
    RightsHookSpecs,
    PrivacyHookSpecs,
    LiveHookSpecs,
    SetUpHookSpecs,
):
    """All hooks of CTI Host: from the panel and the search to rights, privacy and the start."""


def contracts() -> dict[str, Contract]:
    """Every hook's contract by name, in the order of the source; plugins may bring more."""
    return contracts_of(HookSpecs)
