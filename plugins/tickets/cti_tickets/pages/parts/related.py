"""The lists of what belongs to an object, as HTML."""

from __future__ import annotations

from markupsafe import Markup

from cti_host import escaped, icon
from cti_host import translate as _
from cti_tickets.pages.lists.object_links import ObjectLinks, Related


def related_lists(links: ObjectLinks) -> Markup:
    """The card with a line for each list; nothing where there is none."""
    if not links.related:
        return Markup()
    title, add = _("Lists of what belongs to it"), _("Add")
    button = f"{icon('plus-lg')} {add}"
    lines = "".join([_line(one, button) for one in links.related])
    return Markup(  # noqa: S704 -- every value is escaped
        f'<section class="cti-card">\n  <h2>{title}</h2>\n'
        f'  <ul class="cti-matches">\n{lines}  </ul>\n</section>\n'
    )


def _line(one: Related, add: str) -> str:
    label = escaped(one.label)
    name = f"{label} ({escaped(one.attribute)})" if one.attribute else label
    if one.count:
        many = _("more than %(count)s", count=one.count - 1) if one.is_many else one.count
        badge = f'<span class="badge text-bg-light">{many}</span>'
        name = f'<a href="{escaped(one.url)}">{name}</a> {badge}'
    else:
        colon = _(":")
        name = f"{name}{colon} –&nbsp;"
    button = ""
    if one.new_url:
        button = (
            f'<a class="btn btn-sm btn-outline-secondary" href="{escaped(one.new_url)}">'
            f'{add}<span class="visually-hidden">: {label}</span></a>'
        )
    return f"    <li>\n{name}{button}\n    </li>\n"
