"""What several processes counted, added up, and written as Prometheus reads it.

prometheus-client has a mode for several processes, too. It needs an environment variable before the
library is imported and keeps one set of counters for the whole process; here, each application has
its own, and processes share files already (see `cti_host.health.processes`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

GAUGE = "gauge"
# When a counter began is of no use once those of several processes are added up.
_BEGAN = "_created"


class Families:
    """Metrics by their names, each with its samples; they can be added up.

    :param data: what `as_json` returned
    """

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        # Name -> type, what it is, and the values by name of the sample and labels.
        self._families: dict[str, tuple[str, str, dict[_Key, float]]] = {}
        for name, (kind, text, samples) in (data or {}).items():
            values = {_key(sample, labels): float(value) for sample, labels, value in samples}
            self._families[str(name)] = (str(kind), str(text), values)

    @classmethod
    def of(cls, registry: CollectorRegistry) -> Families:
        """What a registry holds now."""
        families = cls()
        for metric in registry.collect():
            values = {
                _key(sample.name, sample.labels): float(sample.value)
                for sample in metric.samples
                if not sample.name.endswith(_BEGAN)
            }
            families._families[metric.name] = (metric.type, metric.documentation, values)
        return families

    def as_json(self) -> dict[str, Any]:
        """The same for a file."""
        return {
            name: [
                kind,
                text,
                [[sample, dict(labels), v] for (sample, labels), v in values.items()],
            ]
            for name, (kind, text, values) in self._families.items()
        }

    def add(self, others: Families, *, ended: bool = False) -> None:
        """Add what another process counted.

        :param ended: whether that process has ended: then its gauges count no more
        """
        for name, (kind, text, values) in others._families.items():
            if ended and kind == GAUGE:
                continue
            total = self._families.setdefault(name, (kind, text, {}))[2]
            for key, value in values.items():
                total[key] = total.get(key, 0.0) + value

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """What `/metrics` sends, and its type.

        :param accept: the header of the request
        """
        registry = CollectorRegistry()
        registry.register(_Collected(self._metrics()))
        encode, content_type = choose_encoder(accept)
        return encode(registry), content_type

    def _metrics(self) -> Iterator[Metric]:
        for name, (kind, text, values) in sorted(self._families.items()):
            metric = Metric(name, text, kind)
            for (sample, labels), value in values.items():
                metric.add_sample(sample, dict(labels), value)
            yield metric


_Key = tuple[str, tuple[tuple[str, str], ...]]


class _Collected(Collector):
    """A collector of metrics that are there already."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = [*metrics]

    def collect(self) -> Iterable[Metric]:
        """See the class above it."""
        return self._metrics


def _key(sample: str, labels: Mapping[str, str]) -> _Key:
    return sample, tuple(labels.items())
