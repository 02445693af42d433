"""Print the labels that packages define in code, as JSON: package, English, languages given.

A program of its own, since it imports every module of every package and then looks at all that
they made; in a process with other tests it would see theirs.
"""

from __future__ import annotations

import gc
import importlib
import json
import pkgutil
import sys

from cti_host import Localised

Labels = dict[str, dict[str, list[str]]]


def labels_by_package(packages: list[str]) -> Labels:
    """Each label belongs to the first package whose import makes it."""
    found: Labels = {}
    seen: set[int] = set()
    for name in packages:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not module.name.endswith(".__main__"):
                importlib.import_module(module.name)
        for label in [thing for thing in gc.get_objects() if isinstance(thing, Localised)]:
            if label.in_catalogues and id(label) not in seen:
                found.setdefault(name, {})[label.texts["en"]] = [*label.texts]
            seen.add(id(label))
    return found


if __name__ == "__main__":
    json.dump(labels_by_package(sys.argv[1:]), sys.stdout)
