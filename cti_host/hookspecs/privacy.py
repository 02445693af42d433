"""The hooks of personal data: found, handed over, erased, expired; and of signed links."""

from __future__ import annotations

from collections.abc import Sequence

from cti_host.contract import Budget, Kind, contract
from cti_host.contract import translated_later as _
from cti_host.model import DataSubject, LinkCheck, PersonalData, Removal


class PrivacyHookSpecs:
    """The hooks of `cti-host privacy`, of `cti-host data expire`, and of signed links."""

    @contract(
        Kind.FIRST,
        LinkCheck,
        unavailable=_("The address can't be checked by %(plugin)s right now. Please try again."),
    )
    def check_link(self, query: str) -> LinkCheck | None:
        """Check the address by which a phone system opens the panel.

        Fires when the panel is opened by an address that this host has not made itself.

        :param query: the query of the address, as it came
        :return: what was found out: the query without the proof, or why the address is refused;
            `None`: the address has no proof and needs none
        Order: the first plugin, in the order of the config, that returns something.
        On an error: the panel is not shown, and the agent reads that the address can't be checked.
        """

    @contract(Kind.COLLECT, DataSubject, many=True, budget=Budget.NONE)
    def find_data_subjects(self, text: str) -> Sequence[DataSubject] | None:
        """Find the persons whose data an admin asks for.

        Fires on `cti-host privacy export` and `cti-host privacy erase`.

        :param text: a key ("tickets:Person:20"), a class and id ("Person::20"), a name, an e-mail
            address or a number
        :return: everybody who may be meant; `None` or empty: nobody
        Order: all results are kept, in the order of the config.
        On an error: the command goes on with the others, says which plugin failed, and ends with
        code 1.
        """

    @contract(Kind.COLLECT, str, many=True, budget=Budget.NONE)
    def agent_names(self, subject: DataSubject) -> Sequence[str] | None:
        """Say with which names a person signs in, or did.

        Fires on `cti-host privacy export` and `cti-host privacy erase`, before anything is erased:
        what plugins keep by the name of an agent is found by `DataSubject.agents`.

        :param subject: the person, of whichever plugin
        :return: the names, those of accounts that are closed or deactivated, too; `None` or empty:
            this plugin knows no agent who is this person
        Order: all results are kept, in the order of the config, each once.
        On an error: nothing is handed over or erased, and the command ends with code 1.
        """

    @contract(Kind.COLLECT, PersonalData, many=True, budget=Budget.NONE)
    def personal_data(self, subject: DataSubject) -> Sequence[PersonalData] | None:
        """Hand over what is stored about a person.

        Fires on `cti-host privacy export`, in every plugin: also one that has other persons may
        have kept something about this one.

        :param subject: the person
        :return: the parts, each with its objects; `None` or empty: nothing is stored
        Order: all results are kept, in the order of the config.
        On an error: the command says which plugin failed, and ends with code 1.
        """

    @contract(Kind.COLLECT, Removal, many=True, budget=Budget.NONE)
    def erase_personal_data(self, subject: DataSubject, dry_run: bool) -> Sequence[Removal] | None:
        """Erase what is stored about a person; what others need of it stays, without the person.

        Fires on `cti-host privacy erase`, in every plugin, in one transaction for all.

        :param subject: the person
        :param dry_run: whether only to say what would be erased
        :return: what was erased, or would be; `None` or empty: nothing
        Order: all results are kept, in the order of the config.
        On an error: nothing is erased by any plugin, and the command ends with code 1.
        """

    @contract(Kind.COLLECT, Removal, many=True, budget=Budget.NONE)
    def expire_data(self, dry_run: bool) -> Sequence[Removal] | None:
        """Delete what was kept for as long as the settings say.

        Fires on `cti-host data expire`.

        :param dry_run: whether only to say what would be deleted
        :return: what was deleted, or would be; `None` or empty: nothing expires here
        Order: all results are kept, in the order of the config.
        On an error: what other plugins deleted stays deleted; the command ends with code 1.
        """
