"""Ask iTop a query of the settings, with numbers compared as numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial

from cti_host import Host, Number
from cti_itop.queries.query import Comparison, NothingToAsk, Param, Query, doubtful
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
        perhaps: bool = False,
    ) -> Found:
        """The objects that the query finds.

        :param codes: attributes to read
        :param perhaps: also those whose number may be one that is compared, in a doubtful reading
            of either; they come after the others
        :raises ItopProblem: there is no usable answer
        """
        class_name = common_class(query.branches)
        numbers = self._numbers(query, parameters)
        try:
            if not numbers:
                text = query.inlined(parameters)
                return self._reader.get(text, class_name, codes, limit=limit, page=page)
            if query.only_compares and len(numbers) == len(query.comparisons) and page is None:
                return self._sorted_out(query, parameters, codes, numbers, limit, perhaps)
            text = query.inlined(parameters, self._stored(numbers, perhaps))
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
        perhaps: bool,
    ) -> Found:
        """The candidates, without those who have another number; nearly always in one request."""
        compared = {comparison.attribute for comparison in numbers}
        read = partial(self._candidates, class_name=query.class_name, codes=[*codes, *compared])
        tasks = [partial(read, query.inlined(parameters))]
        if perhaps and (others := _doubtful(parameters)):
            # So few digits may be many people's: of those, the first are enough.
            tasks.append(partial(read, query.inlined({**parameters, **others}), most_pages=1))
        outcomes = map(good, self._reader.side_by_side(tasks))
        objects = {one.id: one for found in outcomes for one in found}

        def kept_by(test: Callable[[str, Number], bool]) -> list[ItopObject]:
            is_kept = cache(test)
            return [
                one
                for one in objects.values()
                if any(is_kept(one.text(c.attribute), n) for c, n in numbers.items())
            ]

        kept = kept_by(self.is_number)
        if perhaps:
            sure = {one.id for one in kept}
            kept += [one for one in kept_by(self.may_be_number) if one.id not in sure]
        return Found(len(kept), kept[:limit])

    def _candidates(
        self, text: str, class_name: str, codes: Sequence[str], most_pages: int = MOST_PAGES
    ) -> list[ItopObject]:
        """The objects that a query finds; where there are many, page after page."""
        found = self._reader.get(text, class_name, codes, limit=MOST_CANDIDATES)
        objects = list(found.objects)
        pages = min(-(-found.total // MOST_CANDIDATES), most_pages)
        read = partial(self._reader.get, text, class_name, codes, limit=MOST_CANDIDATES)
        more = [partial(read, page=page) for page in range(2, pages + 1)]
        for outcome in self._reader.side_by_side(more):
            objects += good(outcome).objects
        return objects

    def _stored(
        self, numbers: Mapping[Comparison, Number], perhaps: bool
    ) -> dict[Comparison, list[str]]:
        """The texts in which iTop keeps these numbers, for each comparison."""
        tasks = [
            partial(self._texts, comparison, number, perhaps)
            for comparison, number in numbers.items()
        ]
        is_kept = self.may_be_number if perhaps else self.is_number
        outcomes = map(good, self._reader.side_by_side(tasks))
        stored: dict[Comparison, list[str]] = {}
        for (comparison, number), texts in zip(numbers.items(), outcomes, strict=True):
            stored[comparison] = [text for text in texts if is_kept(text, number)]
        return stored

    def _texts(self, comparison: Comparison, number: Number, perhaps: bool) -> list[str]:
        """The texts that hold the digits of a number; asked in a thread of its own."""
        code, class_name = comparison.attribute, comparison.class_name
        found = self._candidates(comparison.candidates(number), class_name, [code])
        if perhaps and (other := doubtful(number)):
            found += self._candidates(comparison.candidates(other), class_name, [code], 1)
        return list(dict.fromkeys(one.text(code) for one in found))


def _doubtful(parameters: Mapping[str, Param]) -> dict[str, Number]:
    """The numbers among parameters that have doubtful readings to search for, with those alone."""
    return {
        name: other
        for name, value in parameters.items()
        if isinstance(value, Number) and (other := doubtful(value))
    }
