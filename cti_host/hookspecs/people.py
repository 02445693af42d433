"""The hooks of persons: found by name, given a number, and what else is known of them."""

from __future__ import annotations

from collections.abc import Sequence

from cti_host.contract import Budget, Kind, contract
from cti_host.contract import translated_later as _
from cti_host.model import Address, Caller, Moved, PanelSection


class PersonHookSpecs:
    """The hooks that fire where somebody is named outside the panel of a call."""

    @contract(
        Kind.COLLECT,
        Caller,
        many=True,
        unavailable=_("Persons of %(plugin)s can't be found right now."),
    )
    def find_callers(self, texts: Sequence[str]) -> Sequence[Caller] | None:
        """Find the persons whom texts name: by their keys, or by their names.

        Fires when a page names persons whose keys it knows, and when an agent looks for somebody by
        name.

        :param texts: keys ("tickets:Person:20"), those of other plugins among them, and names as
            they are typed: "lovel ada"
        :return: the plugin's own persons whom the agent may see, of a name at most twenty; `None`
            or empty: nobody
        Order: all results are kept, in the order of the config.
        On an error: the persons of the other plugins stay; the page says so in one line.
        """

    @contract(
        Kind.FIRST,
        str,
        unavailable=_("The number could not be added by %(plugin)s."),
        own=("caller",),
        needs="caller",
    )
    def add_number(self, caller: Caller, number: str) -> str | None:
        """Store a number with a person, at once.

        Fires when an agent says on the page of an unknown number whose it is. Where no plugin does
        it, the agent is sent to the form of `number_form_url`.

        :param caller: the person, one of the plugin's own
        :param number: the number, as pages show it
        :return: what the field is called that has it now; `None`: it was not stored, since the
            agent may not, or the plugin has a form for it
        Order: the first plugin, in the order of the config, that stored it.
        On an error: the agent reads one line; the number is not stored.
        """

    @contract(
        Kind.FIRST,
        Address,
        unavailable=_("The form of %(plugin)s is not available right now."),
        own=("caller",),
        needs="caller",
    )
    def number_form_url(self, caller: Caller, number: str, return_url: str) -> str | None:
        """Say where a number is added to a person: a form that has it filled in already.

        Fires when an agent says who has the number of a call.

        :param caller: the person, one of the plugin's own
        :param number: the number, as pages show it
        :param return_url: the page to come back to (a path on this host)
        :return: the address; `None`: there is no such form, or not for this agent
        Order: the first plugin, in the order of the config, that returns an address.
        On an error: the agent reads one line; the number is not stored.
        """

    @contract(
        Kind.COLLECT,
        PanelSection,
        many=True,
        unavailable=_("A section of %(plugin)s is not available right now."),
        own=("caller",),
        needs="caller",
    )
    def person_sections(self, caller: Caller) -> Sequence[PanelSection] | None:
        """Show anything else on the page of a person, below what their own plugin says of them.

        Fires when a plugin shows the page of a person.

        :param caller: the person; with `strangers=True` also one of another plugin
        :return: the sections; `None` or empty: none
        Order: all results are kept, in the order of the config.
        On an error: the other sections stay; the page says so in one line.
        """

    @contract(Kind.COLLECT, Moved, many=True, budget=Budget.NONE, own=("old", "new"), needs="old")
    def move_person(
        self, old: Caller, new: Caller, only: Sequence[Moved] | None, dry_run: bool
    ) -> Sequence[Moved] | None:
        """Let lead to another person what leads to one, since both are the same.

        Fires when an agent merges two persons, and when they undo that, in one transaction with all
        that the persons' own plugin does; and before either, to say what it would do.

        :param old: whom it leads to; with `strangers=True` also a person of another plugin
        :param new: whom it shall lead to
        :param only: no more than this, which was moved before: of it, what still leads to `old`;
            `None`: everything
        :param dry_run: whether only to say what would be moved
        :return: what was moved, or would be; `None` or empty: nothing leads there
        Order: all results are kept, in the order of the config.
        On an error: nothing is moved by any plugin, and the agent reads that.
        """
