"""`[rights]` of a site: names of profiles, classes and actions that are known, or a problem."""

from __future__ import annotations

from cti_host import Host, did_you_mean
from cti_tickets.model.schema import Schema
from cti_tickets.rights.profiles import ACTIONS, ADMINISTRATOR, EVERY_CLASS, PROFILES
from cti_tickets.rights.rights import Overrides

_SECTION = "rights"


def read_overrides(host: Host, schema: Schema) -> Overrides:
    """What the site changes of the table of profiles; what can't be used is reported and left out.

    :param schema: the classes that can be named
    """
    usable: dict[str, dict[str, dict[str, bool]]] = {}
    for profile, classes in host.settings.rights.items():
        if not _profile_is_known(host, profile):
            continue
        for class_name, actions in classes.items():
            if not _class_is_known(host, schema, profile, class_name):
                continue
            known = known_actions(schema, class_name)
            for action, granted in actions.items():
                path = (_SECTION, profile, class_name, action)
                if action in known:
                    usable.setdefault(profile, {}).setdefault(class_name, {})[action] = granted
                else:
                    message = f"there is no action {action!r} with {_named(class_name)}"
                    host.problem(path, message, did_you_mean(action, known))
    return usable


def known_actions(schema: Schema, class_name: str) -> list[str]:
    """What rights there are for a class: the actions, and the stimuli that agents may give.

    :param class_name: a class, or the name for all of them
    """
    names = [cls.name for cls in schema if not cls.abstract]
    if class_name != EVERY_CLASS:
        names = [*schema.concrete(class_name)]
    stimuli = {
        stimulus.code
        for name in names
        if (life := schema[name].lifecycle)
        for stimulus in life.stimuli.values()
        if not stimulus.internal
    }
    return [*ACTIONS, *sorted(stimuli)]


def _profile_is_known(host: Host, profile: str) -> bool:
    if profile == ADMINISTRATOR:
        host.problem(
            (_SECTION, profile),
            "an administrator may do everything",
            "remove the table; give agents who may do less other profiles",
        )
    elif profile not in PROFILES:
        remedy = did_you_mean(profile, PROFILES)
        host.problem((_SECTION, profile), f"there is no profile {profile!r}", remedy)
    return profile in PROFILES and profile != ADMINISTRATOR


def _class_is_known(host: Host, schema: Schema, profile: str, class_name: str) -> bool:
    if class_name == EVERY_CLASS or class_name in schema:
        return True
    remedy = did_you_mean(class_name, [*schema.classes, EVERY_CLASS])
    message = f"there is no class {class_name!r}"
    host.problem((_SECTION, profile, class_name), message, remedy)
    return False


def _named(class_name: str) -> str:
    return "all classes" if class_name == EVERY_CLASS else class_name
