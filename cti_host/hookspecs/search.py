"""The hook of the search that every page has."""

from __future__ import annotations

from collections.abc import Sequence

from cti_host.contract import Kind, contract
from cti_host.contract import translated_later as _
from cti_host.model import SearchGroup


class SearchHookSpecs:
    """The hook that fires when an agent looks for anything."""

    @contract(
        Kind.COLLECT,
        SearchGroup,
        many=True,
        unavailable=_("Search in %(plugin)s is not available right now."),
    )
    def search(self, text: str) -> Sequence[SearchGroup] | None:
        """Find what an agent looks for: by name, reference, e-mail address, number, title.

        Fires while an agent types into the search of a page, several times a second, for each
        plugin in a request of its own; and once for all plugins when its page of results is shown.

        :param text: what was typed, without blanks at its ends, never empty; at most 100 characters
        :return: what the agent may see of the plugin's own, in groups; `None` or empty: nothing
        Order: all results are kept, in the order of the config.
        On an error: the results of the other plugins stay; the search says so in one line.
        """
