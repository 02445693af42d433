"""Ask iTop a query of the settings, with numbers compared as numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, partial

from cti_host import Host, Number
from cti_itop.queries.query import Comparison, NothingToAsk, Param, Query
from cti_itop.rest.classes import common_class
from cti_itop.rest.client import Found, ItopObject
from cti_itop.rest.reader import Reader, good

# So many objects that may hold a number's digits are read at once, and at most so many times.
MOST_CANDIDATES = 500
MOST_PAGES = 20


class Asker:
    """Runs queries whose parameters may be numbers.

    iTop keeps a number as it was typed. So it is asked for every text that has the digits in this
    order, and what is not the number is sorted out here.
    """

    def __init__(self, host: Host, reader: Reader) -> None:
        self._host, self._reader = host, reader

    def ask(
        self,
        query: Query,
        parameters: Mapping[str, Param],
        codes: Sequence[str],
        *,
        limit: int | None = None,
        page: int | None = None,
    ) -> Found:
        """The objects that the query finds.

        :param codes: attributes to read
        :raises ItopProblem: there is no usable answer
        """
        class_name = common_class(query.branches)
        numbers = self._numbers(query, parameters)
        try:
            if not numbers:
                text = query.inlined(parameters)
                return self._reader.get(text, class_name, codes, limit=limit, page=page)
            if query.only_compares and len(numbers) == len(query.comparisons) and page is None:
                return self._sorted_out(query, parameters, codes, numbers, limit)
            text = query.inlined(parameters, self._stored(numbers))
            return self._reader.get(text, class_name, codes, limit=limit, page=page)
        except NothingToAsk:
            return Found(0, [])

    def is_number(self, text: str, number: Number) -> bool:
        """Whether a stored text is surely this number, or has it among others."""
        understood = self._host.hooks.parse_number(text)
        return understood is not None and not set(number.number_keys).isdisjoint(
            understood.number_keys
        )

    def may_be_number(self, text: str, number: Number) -> bool:
        """Whether a stored text is this number in any reading, also in a doubtful one."""
        understood = self._host.hooks.parse_number(text)
        return understood is not None and number.met_by(understood) is not None

    def _numbers(self, query: Query, parameters: Mapping[str, Param]) -> dict[Comparison, Number]:
        return {
            comparison: value
            for comparison in query.comparisons
            if isinstance(value := parameters.get(comparison.parameter), Number)
        }

    def _sorted_out(
        self,
        query: Query,
        parameters: Mapping[str, Param],
        codes: Sequence[str],
        numbers: Mapping[Comparison, Number],
        limit: int | None,
    ) -> Found:
        """The candidates, without those who have another number; nearly always in one request."""
        compared = {comparison.attribute for comparison in numbers}
        objects = self._candidates(query.inlined(parameters), query.class_name, [*codes, *compared])
        is_number = cache(self.is_number)
        kept = [
            one
            for one in objects
            if any(is_number(one.text(c.attribute), n) for c, n in numbers.items())
        ]
        return Found(len(kept), kept[:limit])

    def _candidates(self, text: str, class_name: str, codes: Sequence[str]) -> list[ItopObject]:
        """The objects that a query finds; where there are many, page after page."""
        found = self._reader.get(text, class_name, codes, limit=MOST_CANDIDATES)
        objects = list(found.objects)
        pages = min(-(-found.total // MOST_CANDIDATES), MOST_PAGES)
        read = partial(self._reader.get, text, class_name, codes, limit=MOST_CANDIDATES)
        more = [partial(read, page=page) for page in range(2, pages + 1)]
        for outcome in self._reader.side_by_side(more):
            objects += good(outcome).objects
        return objects

    def _stored(self, numbers: Mapping[Comparison, Number]) -> dict[Comparison, list[str]]:
        """The texts in which iTop keeps these numbers, for each comparison."""
        tasks = [
            lambda c=comparison, n=number: self._texts(c, n)
            for comparison, number in numbers.items()
        ]
        outcomes = map(good, self._reader.side_by_side(tasks))
        stored: dict[Comparison, list[str]] = {}
        for (comparison, number), texts in zip(numbers.items(), outcomes, strict=True):
            stored[comparison] = [text for text in texts if self.is_number(text, number)]
        return stored

    def _texts(self, comparison: Comparison, number: Number) -> list[str]:
        """The texts that hold the digits of a number; asked in a thread of its own."""
        query = comparison.candidates(number)
        found = self._candidates(query, comparison.class_name, [comparison.attribute])
        return list(dict.fromkeys(one.text(comparison.attribute) for one in found))
