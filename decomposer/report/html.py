"""Documents as one self-contained HTML page, or as a fragment for notebooks."""

from __future__ import annotations

from collections.abc import Iterable

from decomposer.report.document import Block, Title

_BODY = """\
<div class="decomposer">
{%- for kind, block in blocks %}
{%- if kind == "Title" %}<h1>{{ block.text }}</h1>{% if block.about %}<p>{{ block.about }}</p>{% endif %}
{%- elif kind == "Heading" %}<h2>{{ block.text }}</h2>
{%- elif kind == "Facts" %}<dl>{% for name, value in block.rows %}<dt>{{ name }}</dt><dd>{{ value }}</dd>
{%- endfor %}</dl>
{%- elif kind == "Code" %}<pre>{{ block.lines | join("\\n") }}</pre>
{%- elif kind == "Table" %}<table><tr>{% for cell in block.headers %}<th>{{ cell }}</th>{% endfor %}</tr>
{%- for row in block.rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>
{%- elif kind == "Points" %}<ul>{% for line in block.lines %}
<li{% if line.startswith(" ") %} style="margin-left: 2em"{% endif %}>{{ line.strip() }}</li>
{%- endfor %}</ul>
{%- elif kind == "Hint" %}<p>Next: <code>{{ block.command }}</code></p>
{%- endif %}
{%- endfor %}
</div>
"""

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; } dt { color: #666; } dd { margin: 0; }
pre { background: #f6f6f4; padding: .8rem; overflow-x: auto; } table { border-collapse: collapse; }
th, td { text-align: left; padding: .2rem 1rem .2rem 0; border-bottom: 1px solid #ddd; } th { color: #666; }
@media (prefers-color-scheme: dark) {
  body { background: #181818; color: #ddd; } pre { background: #242424; } th, td { border-color: #444; }
}
</style>
</head>
<body>
{{ body }}
</body>
</html>
"""


def fragment(blocks: Iterable[Block]) -> str:
    """Write a document as an HTML fragment; everything from the problem is escaped."""
    from jinja2 import Environment

    template = Environment(autoescape=True).from_string(_BODY)
    return template.render(blocks=[(type(block).__name__, block) for block in blocks])


def render(blocks: Iterable[Block]) -> str:
    """Write a document as one HTML page that loads nothing from elsewhere."""
    from jinja2 import Environment
    from markupsafe import Markup

    blocks = list(blocks)
    title = next((block.text for block in blocks if isinstance(block, Title)), "decomposer")
    page = Environment(autoescape=True).from_string(_PAGE)
    # The fragment has been escaped already, by the same autoescaping template engine.
    return page.render(title=title, body=Markup(fragment(blocks)))
