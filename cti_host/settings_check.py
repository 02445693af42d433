"""What the settings ask for, compared with what the enabled plugins offer.

Everything here is a warning: a plugin can be taken out alone, and the host starts all the same.
Defaults are not compared, only what is in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cti_host.host import Host
from cti_host.languages.known import DEFAULT_LANGUAGE, LANGUAGES, catalogues_in, english_name
from cti_host.pop.presets import names_in
from cti_host.settings.exposure import reachable_beside_proxies
from cti_host.settings.labels import key_language, label_key, label_language
from cti_host.settings.nearest import did_you_mean, nearest
from cti_host.settings.settings import Settings
from cti_host.settings.toml import KeyPath, dotted

_CREATIONS = ("direct_creation", "indirect_creation")
# Who reads a section: the hook that a plugin needs for it, and what the plugin does.
_READERS = {
    "caller_information": ("lookup_callers", "looks callers up"),
    "direct_creation": ("creation_form_url", "has forms"),
    "indirect_creation": ("creation_form_url", "has forms"),
    "display_tickets": ("ticket_lists", "shows tickets"),
    "shortcut_actions": ("outbound_actions", "offers phone actions"),
}
_PLACEHOLDER = re.compile(r":([A-Za-z_]\w*)", re.ASCII)


def check_settings(host: Host) -> None:
    """Warn of settings that do nothing, and of names that nobody knows.

    The plugins have met the host and said what they call their data.
    """
    if host.config.file.data.get("plugins", []) != [plugin.name for plugin in host.plugins]:
        return  # one that could not be loaded may offer what is asked for
    _nobody_signs_in(host)
    if beside := reachable_beside_proxies(host.settings.server):
        host.warn(("server", "proxies"), *beside)
    _sections_that_nobody_reads(host)
    _actions_without_tickets(host)
    _unknown_classes(host)
    _unknown_attributes(host)
    _unknown_names_in_texts(host)
    _lists_twice(host)
    _labels_that_nobody_sees(host)
    _plugins_without_a_language(host)


def _nobody_signs_in(host: Host) -> None:
    if not host.hooks.owners("identify_agent"):
        host.warn(
            ("plugins",),
            "no enabled plugin signs anybody in: nobody sees a call",
            "enable one that does (hook `identify_agent`)",
        )


def _sections_that_nobody_reads(host: Host) -> None:
    for section, (hook, does) in _READERS.items():
        if _asks_for_something(host.settings, section) and not host.hooks.owners(hook):
            host.warn(
                (section,),
                f"no enabled plugin {does}: nobody reads this",
                f"enable one that does (hook `{hook}`), or remove {section}",
            )
    if host.hooks.owners("creation_form_url") and not host.hooks.owners("creation_presets"):
        for chapter, class_name in _created_classes(host.settings):
            if getattr(host.settings, chapter)[class_name].preset:
                host.warn(
                    (chapter, class_name, "preset"),
                    "no enabled plugin fills forms in: nobody reads this",
                    "enable one that does (hook `creation_presets`), or remove preset",
                )


def _asks_for_something(settings: Settings, section: str) -> bool:
    """Whether a section is in the file, and says anything that a plugin should do."""
    if section not in settings.model_fields_set:
        return False
    if section == "caller_information":
        # The label is the title of the panel: the host's own.
        return bool(settings.caller_information.model_fields_set & {"query", "display_name"})
    if section == "display_tickets":
        return any(one.enabled for one in settings.display_tickets.lists)
    if section == "shortcut_actions":
        # iTop's own ones are accepted: "UI:Menu:Modify".
        return any(":" not in name for name in settings.shortcut_actions)
    return any(creation.enabled for creation in getattr(settings, section).values())


def _created_classes(settings: Settings) -> Iterator[tuple[str, str]]:
    """Chapter and class of the entries in the file that are enabled."""
    for chapter in _CREATIONS:
        if chapter in settings.model_fields_set:
            for class_name, creation in getattr(settings, chapter).items():
                if creation.enabled:
                    yield chapter, class_name


def _actions_without_tickets(host: Host) -> None:
    if host.hooks.owners("ticket_lists"):
        return
    positions = {plugin.name: number for number, plugin in enumerate(host.plugins)}
    for name in host.hooks.owners("outbound_actions"):
        position = positions[name]
        section = host.plugins[position].section
        host.warn(
            section if host.config.table(section) else ("plugins", position),
            f"{name} offers phone actions on tickets, and no enabled plugin shows tickets",
            f"enable one that does (hook `ticket_lists`), or take {name!r} out of plugins",
        )


def _unknown_classes(host: Host) -> None:
    forms = host.hooks.owners("creation_form_url")
    named = [host.known_names.get(plugin) for plugin in forms]
    known = {name for names in named if names for name in names.classes}
    all_known = all(names and names.classes and not names.more_classes for names in named)
    effect = {
        "direct_creation": "the next entry counts in its place",
        "indirect_creation": "there is no button for it",
    }
    for chapter, class_name in _created_classes(host.settings):
        if class_name not in known and (nearest(class_name, known) or (known and all_known)):
            host.warn(
                (chapter, class_name),
                f"no enabled plugin knows the class {class_name!r}: {effect[chapter]}",
                did_you_mean(class_name, known),
            )


def _unknown_attributes(host: Host) -> None:
    """Attributes of callers that keys name, and that no caller has."""
    attributes = {plugin: names.caller_attributes for plugin, names in host.known_names.items()}
    known = {code for codes in attributes.values() for code in codes}
    all_known = all(attributes.get(plugin) for plugin in host.hooks.owners("lookup_callers"))
    for path, code in host.caller_attributes:
        if code not in known and (nearest(code, known) or (known and all_known)):
            host.warn(path, f"callers have no attribute {code!r}", did_you_mean(code, known))
    used = _names_that_are_used(host.settings)
    for parameter, code in host.settings.url_parameters.items():
        # Any other name may be for a plugin that reads the call.
        if code not in known | used and nearest(code, known):
            host.warn(
                ("url_parameters", parameter),
                f"callers have no attribute {code!r}, and nothing uses it",
                did_you_mean(code, known),
            )


def _names_that_are_used(settings: Settings) -> set[str]:
    """The attributes of a call that queries, presets and labels use."""
    creations = [*settings.direct_creation.values(), *settings.indirect_creation.values()]
    texts = [
        settings.caller_information.query,
        *settings.caller_information.label.texts.values(),
        *(one.query for one in settings.display_tickets.lists),
        *(text for creation in creations for text in creation.preset.values()),
    ]
    return {name for text in texts for name in (*_PLACEHOLDER.findall(text), *names_in(text))}


def _unknown_names_in_texts(host: Host) -> None:
    """`$phon$` in a label or a preset: it would stay there as it is written."""
    known = {*host.settings.url_parameters.values(), "datetime"}
    texts: list[tuple[KeyPath, str]] = [
        (("caller_information", key), text)
        for key, text in host.config.table(("caller_information",)).items()
        if label_language(key) and isinstance(text, str)
    ]
    texts += [
        ((chapter, class_name, "preset", code), text)
        for chapter, class_name in _created_classes(host.settings)
        for code, text in getattr(host.settings, chapter)[class_name].preset.items()
    ]
    for path, text in texts:
        for name in names_in(text):
            if name not in known:
                listed = ", ".join(f"${one}$" for one in sorted(known))
                near = nearest(name, known)
                remedy = f"did you mean ${near}$?" if near else f"known: {listed}"
                host.warn(path, f"no setting provides ${name}$", f"{remedy} (see [url_parameters])")


def _lists_twice(host: Host) -> None:
    if "display_tickets" not in host.settings.model_fields_set:
        return
    enabled = [
        (position, one)
        for position, one in enumerate(host.settings.display_tickets.lists)
        if one.enabled
    ]
    for number, (position, one) in enumerate(enabled):
        for before, other in enabled[:number]:
            place: KeyPath = ("display_tickets", "lists", position)
            first = dotted((*place[:-1], before))
            if one.query.split() == other.query.split():
                host.warn(
                    (*place, "query"),
                    f"is the query of {first}, too: the same tickets are shown twice",
                    "change the query, or remove one of the two lists",
                )
            elif any(
                one.label.in_language(language) == other.label.in_language(language)
                for language in LANGUAGES
            ):
                host.warn(
                    (*place, "label"),
                    f"is the label of {first}, too: nobody can tell the two lists apart",
                    "change the label, or remove one of the two lists",
                )
            else:
                continue
            break


def _labels_that_nobody_sees(host: Host) -> None:
    for path in _labels(host.config.file.data, ()):
        name, language = key_language(str(path[-1])) or ("label", DEFAULT_LANGUAGE)
        if language not in LANGUAGES:
            others = [code for code in LANGUAGES if code != DEFAULT_LANGUAGE]
            known = [f'"{label_key(code, name)}"' for code in others]
            host.warn(
                path,
                f"there are no pages in this language: nobody sees the {name}",
                f"known: {name} (English), {', '.join(known)}; or remove it",
            )


def _plugins_without_a_language(host: Host) -> None:
    """Plugins that show English in a language that the site asks for, and the host has.

    Those without any catalogue or page have no texts.
    """
    keys = [str(path[-1]) for path in _labels(host.config.file.data, ())]
    labels = {found[1] for key in keys if (found := key_language(key))}
    asked = [
        code
        for code in LANGUAGES
        if code != DEFAULT_LANGUAGE and code in {host.settings.language, *labels}
    ]
    for position, plugin in enumerate(host.plugins):
        folder = plugin.folder
        if folder is None:
            continue
        there = catalogues_in(folder)
        if not there and not (folder / "templates").is_dir():
            continue
        for code in asked:
            if code not in there:
                language = english_name(code)
                host.warn(
                    ("plugins", position),
                    f"{plugin.name} has no texts in {language}: they are shown in English",
                    f"ask its authors for locale/{code}.po, or write it: docs/languages.md",
                )


def _labels(data: Any, path: KeyPath) -> Iterator[KeyPath]:
    """Every `label`, "label/FR FR" and the like of the file, plugins' tables included."""
    if isinstance(data, list):
        for position, inner in enumerate(data):
            yield from _labels(inner, (*path, position))
    elif isinstance(data, dict):
        for key, inner in data.items():
            if isinstance(inner, str) and (label_language(key) or key_language(key)):
                yield (*path, key)
            yield from _labels(inner, (*path, key))
