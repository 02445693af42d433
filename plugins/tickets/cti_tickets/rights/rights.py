"""Decides: the table of profiles, with what a site's `[rights]` change, for each class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cti_tickets.model.schema import Schema
from cti_tickets.rights.profiles import ADMINISTRATOR, EVERY_CLASS, GRANTS
from cti_tickets.rights.verdict import Verdict, Why

# profile -> class -> action -> whether it is granted or denied
Overrides = Mapping[str, Mapping[str, Mapping[str, bool]]]


class Rights:
    """Decides what profiles may do with the classes of an application.

    :param schema: the classes; a right for a class holds for those below it
    :param overrides: `[rights]` of the site; the entry that is nearest to a class counts
    """

    def __init__(self, schema: Schema, overrides: Overrides) -> None:
        self.schema, self._overrides = schema, overrides
        self._granted = {
            (profile, class_name, action)
            for profiles, classes, actions in GRANTS
            for profile in profiles
            for class_name in classes.split()
            for action in actions.split()
        }

    def decide(self, profiles: frozenset[str], action: str, class_name: str) -> Verdict:
        """Whether somebody with these profiles may do something with the objects of a class.

        With an abstract class they may do what they may do with any class below it. A profile to
        which `[rights]` denies it decides alone; else one that grants it is enough.
        """
        verdict = self._decide(profiles, action, class_name)
        if verdict or class_name not in self.schema or not self.schema[class_name].abstract:
            return verdict
        below = (self._decide(profiles, action, one) for one in self.schema.concrete(class_name))
        return next((replace(one, class_name=class_name) for one in below if one), verdict)

    def _decide(self, profiles: frozenset[str], action: str, class_name: str) -> Verdict:
        def verdict(allowed: bool, why: Why, *decided_by: str) -> Verdict:
            return Verdict(allowed, action, class_name, why, sorted(decided_by))

        if ADMINISTRATOR in profiles:
            return verdict(True, Why.ADMINISTRATOR, ADMINISTRATOR)
        if not profiles:
            return verdict(False, Why.NO_PROFILE)
        said = {one: self._setting(one, action, class_name) for one in profiles}
        denying = [one for one, granted in said.items() if granted is False]
        if denying:
            return verdict(False, Why.DENIED, *denying)
        by_default = [one for one in profiles if self._default(one, action, class_name)]
        if by_default:
            return verdict(True, Why.PROFILE, *by_default)
        by_setting = [one for one, granted in said.items() if granted]
        if by_setting:
            return verdict(True, Why.SETTING, *by_setting)
        return verdict(False, Why.NOT_GRANTED, *profiles)

    def _setting(self, profile: str, action: str, class_name: str) -> bool | None:
        """What `[rights]` says of a profile, a class and an action; `None`: nothing."""
        classes = self._overrides.get(profile, {})
        for name in self._lineage(class_name):
            if action in classes.get(name, {}):
                return classes[name][action]
        return None

    def _default(self, profile: str, action: str, class_name: str) -> bool:
        return any((profile, name, action) in self._granted for name in self._lineage(class_name))

    def _lineage(self, class_name: str) -> list[str]:
        """A class, those above it, and the name for all of them; nothing for an unknown class."""
        known = class_name in self.schema
        return [*self.schema.ancestors(class_name), EVERY_CLASS] if known else []
