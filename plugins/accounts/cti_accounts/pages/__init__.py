"""The pages: signing in and out, and an agent's own account."""

from cti_accounts.pages import account, second_factor, second_step, sessions, sign_in, tokens
from cti_accounts.pages.blueprint import blueprint

# Importing the modules registers their views with the blueprint.
VIEWS = (account, second_factor, second_step, sessions, sign_in, tokens)

__all__ = ["VIEWS", "blueprint"]
