"""Check the queries and presets of the configuration against the data model, at the start."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from cti_oql import Oql, OqlError, Param, ResolvedQuery, UnknownClassError
from cti_oql.schema import Kind

from cti_host import Host, did_you_mean, is_postgresql, is_query, nearest, placeholder_of
from cti_tickets.model.form_plan import editable
from cti_tickets.model.schema import Attribute, Schema
from cti_tickets.panel.agent_parameters import is_magic
from cti_tickets.panel.query_values import unknown_codes

# What has no value that could stand in a line.
_NO_VALUE = (Kind.LOG, Kind.IMAGE, Kind.SET)


class SettingsCheck:
    """Reports every mistake with its key, and says what is usable."""

    def __init__(self, host: Host, oql: Oql, schema: Schema) -> None:
        self._host, self._oql, self._schema = host, oql, schema
        self._attributes = set(host.settings.url_parameters.values())

    def caller_information(self) -> str | None:
        """The class the query finds; `display_name` names attributes of it."""
        settings = self._host.settings.caller_information
        path = ("caller_information", "query")
        class_name = self._query(path, settings.query, ())
        if class_name is None:
            return None
        if not self._oql.resolve(settings.query).parameters:
            self._host.warn(
                path,
                "nothing of the call is in the query: nobody is found",
                f"compare with {', '.join(':' + name for name in sorted(self._attributes))}",
            )
        cls = self._schema[class_name]
        known = {*cls.attributes, "friendlyname", "id"}
        known |= {f"{a.code}_friendlyname" for a in cls.attributes.values() if a.kind is Kind.KEY}
        for code in settings.display_name:
            attribute = cls.attributes.get(code)
            if code not in known or (attribute and attribute.kind in _NO_VALUE):
                self._host.problem(
                    ("caller_information", "display_name"),
                    f"{class_name} has no attribute {code!r}",
                    did_you_mean(code, known),
                )
        return class_name

    def lists(self) -> list[int]:
        """The positions of the lists that can be shown."""
        usable = []
        for position, settings in enumerate(self._host.settings.display_tickets.lists):
            if not settings.enabled:
                continue
            path = ("display_tickets", "lists", position, "query")
            known = {"callers_list", "selected_caller"}
            class_name = self._query(path, settings.query, known, list_=True)
            if class_name is not None:
                usable.append(position)
        return usable

    def listed_classes(self) -> frozenset[str]:
        """The classes of tickets that appear in `display_tickets`, be their lists enabled or not.

        Those below them belong to them.
        """
        found: set[str] = set()
        for settings in self._host.settings.display_tickets.lists:
            with suppress(OqlError):  # a mistake that is reported elsewhere, or that nobody uses
                found |= {*self._schema.concrete(self._oql.resolve(settings.query).class_name)}
        return frozenset(found)

    def creations(self) -> None:
        """The presets of both chapters name attributes of their classes.

        A class that is not in the data model may be another plugin's; the host says so if not.
        """
        settings = self._host.settings
        # The defaults are right; what a site's [url_parameters] do not provide is left empty.
        for chapter in settings.model_fields_set & {"direct_creation", "indirect_creation"}:
            for class_name, creation in getattr(settings, chapter).items():
                if creation.enabled and class_name in self._schema:
                    self._presets((chapter, class_name, "preset"), class_name, creation.preset)

    def _presets(self, path: tuple[str, ...], class_name: str, presets: Mapping[str, str]) -> None:
        classes = [self._schema[n] for n in (class_name, *self._schema.concrete(class_name))]
        every = {code: a for cls in classes for code, a in cls.attributes.items()}
        known = {
            code: attribute
            for cls in classes
            if not cls.abstract
            for code, attribute in cls.attributes.items()
            if editable(cls, cls.lifecycle.initial if cls.lifecycle else "", code)
        }
        for code, preset in presets.items():
            attribute = known.get(code)
            if attribute is None:
                # As in iTop, whose own example presets the origin of a Change, which has none.
                self._host.warn(
                    (*path, code),
                    f"{class_name} has no attribute {code!r}: it is not preset"
                    if code not in every
                    else f"nobody can fill {code!r} in on a new object: it is not preset",
                    did_you_mean(code, known),
                )
            elif is_query(preset):
                self._preset_query((*path, code), attribute, preset)
            elif placeholder_of(preset):
                self._placeholders((*path, code), {placeholder_of(preset)}, {"selected_caller"})
            elif attribute.kind is Kind.KEY:
                if not re.fullmatch(r"\s*[0-9]{0,10}\s*", preset, re.ASCII):
                    self._host.problem(
                        (*path, code),
                        f"{preset!r} is not the id of an object of {attribute.target}",
                        'write a query ("SELECT …"), ":selected_caller", or an id',
                    )
            elif (
                attribute.kind is Kind.ENUM and preset not in attribute.values and "$" not in preset
            ):
                self._host.problem(
                    (*path, code),
                    f"{preset!r} is not a value of {code}",
                    _codes_remedy(preset, [*attribute.values]),
                )

    def _preset_query(self, path: tuple[str, ...], attribute: Attribute, preset: str) -> None:
        if attribute.kind is not Kind.KEY:
            self._host.problem(
                path, "a query gives an id, but this is not an external key", "write a text"
            )
            return
        found = self._query(path, preset, {"selected_caller"})
        if found is not None and not self._related(found, attribute.target):
            self._host.problem(
                path,
                f"the query finds {found}, the key is to {attribute.target}",
                f'write "SELECT {attribute.target} …"',
            )

    def _related(self, one: str, other: str) -> bool:
        return self._schema.is_a(one, other) or self._schema.is_a(other, one)

    def _query(
        self,
        path: tuple[str | int, ...],
        query: str,
        known: Iterable[str],
        *,
        list_: bool = False,
    ) -> str | None:
        """The class a query finds; `None` after reporting why it can't be used."""
        try:
            resolved = self._oql.resolve(query)
            self._placeholders(path, set(resolved.parameters), set(known))
            # What a parameter holds may be wrong too: a list where one value belongs.
            self._oql.statement(
                query,
                {name: _example(name) for name in resolved.parameters},
                postgresql=is_postgresql(self._host.database),
            )
        except OqlError as error:
            message = f"{error.place}{error.message}"
            remedy = error.remedy or "try it with: cti-host oql"
            if list_ and isinstance(error, UnknownClassError):
                self._host.warn(path, f"{message}: the list is not shown", remedy)
            else:
                self._host.problem(path, message, remedy)
            return None
        self._codes(path, resolved)
        return resolved.class_name

    def _codes(self, path: tuple[str | int, ...], query: ResolvedQuery) -> None:
        for wrong in unknown_codes(query, self._schema):
            self._host.warn(
                path,
                f"{wrong.text!r} is not a value of {wrong.class_name}.{wrong.attribute}",
                _codes_remedy(wrong.text, wrong.codes),
            )

    def _placeholders(self, path: tuple[str | int, ...], used: set[str], known: set[str]) -> None:
        known |= self._attributes
        for name in sorted(name for name in used - known if not is_magic(name)):
            near = nearest(name, known)
            listed = f"known: {', '.join(':' + one for one in sorted(known))}"
            self._host.problem(
                path,
                f"no setting provides :{name}",
                f"{f'did you mean :{near}?' if near else listed} (see [url_parameters])",
            )


def _codes_remedy(text: str, codes: Sequence[str]) -> str:
    near = nearest(text, codes)
    listed = f"values: {', '.join(codes)}"
    return f"did you mean {near!r}? {listed}" if near else listed


def _example(name: str) -> Param:
    """A value such as a call gives this parameter."""
    return [1, 2] if name == "callers_list" else "1"
