"""Contracts of organizations, and the caller's on the panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import peewee
from cti_tickets.api_for_plugins import (
    AddedAttributes,
    DataAttribute,
    DataClass,
    DataKind,
    OnDelete,
)
from flask import render_template_string
from markupsafe import Markup

from cti_host import Call, Caller, Localised, PanelSection, database, hookimpl

LEVELS = {
    "gold": Localised.of("Gold", "Or"),
    "silver": Localised.of("Silver", "Argent"),
}
CONTRACT = DataClass(
    name="Contract",
    label=Localised.of("Contract", "Contrat"),
    attributes=[
        DataAttribute("name", DataKind.STRING, Localised.of("Name", "Nom"), mandatory=True),
        DataAttribute(
            "org_id",
            DataKind.KEY,
            Localised.of("Customer", "Client"),
            target="Organization",
            mandatory=True,
            on_delete=OnDelete.AUTO,
        ),
        DataAttribute(
            "org_name",
            DataKind.EXTERNAL,
            Localised.of("Customer name", "Nom du client"),
            path="org_id.name",
        ),
        DataAttribute("start_date", DataKind.DATE, Localised.of("Start", "Début")),
        DataAttribute("end_date", DataKind.DATE, Localised.of("End", "Fin")),
        DataAttribute(
            "sla",
            DataKind.ENUM,
            Localised.of("Service level", "Niveau de service"),
            values=LEVELS,
            default="silver",
            mandatory=True,
        ),
    ],
    order="end_date",
)
SIGNATORY = AddedAttributes(
    "Person",
    [
        DataAttribute(
            "signatory", DataKind.BOOLEAN, Localised.of("Signs contracts", "Signe les contrats")
        )
    ],
)
TITLE = Localised.of("Contracts", "Contrats")
UNTIL = Localised.of("until", "jusqu'au")
# The table of an added class is called data_ and its name, the columns like the attributes.
CONTRACTS: Any = peewee.Table(
    "data_contract", ("id", "name", "org_id", "sla", "end_date"), _database=database
)
ROWS = """
<ul class="cti-matches">
  {% for id, name, level, end in contracts %}
  <li>
    <a href="{{ url_for('tickets.view', class_name='Contract', id_=id) }}">{{ name }}</a>
    <span class="cti-status">{{ level }}</span>{% if end %} {{ until }} {{ end }}{% endif %}
  </li>
  {% endfor %}
</ul>
"""


class Plugin:
    """Contracts of organizations, and the caller's on the panel."""

    @hookimpl(of="tickets")
    def data_classes(self) -> Sequence[DataClass]:
        """The class Contract."""
        return [CONTRACT]

    @hookimpl(of="tickets")
    def data_attributes(self) -> Sequence[AddedAttributes]:
        """Persons may be those who sign."""
        return [SIGNATORY]

    @hookimpl(strangers=True)
    def panel_sections(self, call: Call, callers: Sequence[Caller]) -> Sequence[PanelSection]:
        """The contracts of the callers' organizations."""
        # Another plugin's callers may have an org_id that means something else.
        known = [caller.attributes for caller in callers if caller.source == "tickets"]
        customers = {attributes["org_id"] for attributes in known if attributes.get("org_id")}
        columns = [CONTRACTS.id, CONTRACTS.name, CONTRACTS.sla, CONTRACTS.end_date]
        query = CONTRACTS.select(*columns).where(CONTRACTS.org_id.in_([*map(int, customers)]))
        found = query.order_by(CONTRACTS.end_date).tuples()
        contracts = [(id_, name, LEVELS[level], end) for id_, name, level, end in found]
        if not contracts:
            return []
        html = render_template_string(ROWS, contracts=contracts, until=UNTIL)
        return [PanelSection(str(TITLE), Markup(html))]  # noqa: S704 -- rendered with escaping
