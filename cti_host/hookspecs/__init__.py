"""Every hook of the host: its signature, its docstring and its contract.

The contract is data: the dispatcher executes it, `docs/hooks.md` is generated from it. Each
docstring says when the hook fires, what each argument is, what to return (also what `None`
means), in which order plugins are asked, and what happens on an error.
"""

from cti_host.contract import Contract, contracts_of
from cti_host.hookspecs.panel import PanelHookSpecs
from cti_host.hookspecs.setup import SetUpHookSpecs
from cti_host.hookspecs.tickets import TicketHookSpecs


class HookSpecs(PanelHookSpecs, TicketHookSpecs, SetUpHookSpecs):
    """The hooks of CTI Host: those of a call and its panel, of tickets, and of the start."""


def contracts() -> dict[str, Contract]:
    """Every hook's contract by name, in the order of the source; plugins may bring more."""
    return contracts_of(HookSpecs)
