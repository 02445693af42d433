"""What sign-in plugins share: groups of a directory become profiles and organizations."""

from cti_single_sign_on.access import Identity, NoAccess, agent_of
from cti_single_sign_on.settings import SingleSignOnConfig, check_access

__all__ = ["Identity", "NoAccess", "SingleSignOnConfig", "agent_of", "check_access"]
