"""What is stored about a person: asked for, erased, let go after a while."""

from __future__ import annotations

from cti_host.hook_calls.gathering import Gathered, Gathering
from cti_host.model import DataSubject, PersonalData, Removal


class PrivacyCalls(Gathering):
    """Calls the hooks of what is stored about persons."""

    def find_data_subjects(self, text: str) -> Gathered[DataSubject]:
        """See `HookSpecs.find_data_subjects`."""
        return self.gathered("find_data_subjects", DataSubject, text=text)

    def agent_names(self, subject: DataSubject) -> Gathered[str]:
        """See `HookSpecs.agent_names`."""
        return self.gathered("agent_names", str, subject=subject)

    def personal_data(self, subject: DataSubject) -> Gathered[PersonalData]:
        """See `HookSpecs.personal_data`."""
        return self.gathered("personal_data", PersonalData, subject=subject)

    def erase_personal_data(self, subject: DataSubject, dry_run: bool) -> Gathered[Removal]:
        """See `HookSpecs.erase_personal_data`; the transaction is the caller's."""
        return self.gathered("erase_personal_data", Removal, subject=subject, dry_run=dry_run)

    def expire_data(self, dry_run: bool) -> Gathered[Removal]:
        """See `HookSpecs.expire_data`."""
        return self.gathered("expire_data", Removal, dry_run=dry_run)
