"""Stands in for a phone system in the demonstration: shows what it was told to dial."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, render_template_string, request

from cti_host import hookimpl

PAGE = """
{% extends "cti_host/base.html" %}
{% block content %}
<section class="cti-card cti-narrow">
  <h1>The phone system would dial now</h1>
  <dl class="cti-facts">
    {% for name, value in request.args.items() %}<dt>{{ name }}</dt><dd>{{ value }}</dd>{% endfor %}
  </dl>
  <p>The call is recorded: see the tab “Phone Calls” of the ticket. You can close this tab.</p>
</section>
{% endblock %}
"""

blueprint = Blueprint("demo_phone_system", __name__)


@blueprint.get("/demo-phone-system")
def dial() -> str:
    """The address that `[ecall_parameters]` of the demonstration names."""
    return render_template_string(PAGE, request=request)


class Plugin:
    """A phone system that only shows what it would dial."""

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The page."""
        return [blueprint]
