"""Sphinx: docs/*.md -> docs/_build. The pages load nothing: fonts are the reader's own, formulas are MathML."""

import pathlib
import sys

from docutils.nodes import SkipNode
from docutils.utils.math.latex2mathml import tex2mathml
from pygments.lexers.special import TextLexer

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from docs.api_docstrings import process_docstring

project = "FFNet-M"
extensions = ["myst_parser", "sphinx.ext.autodoc"]
autodoc_typehints = "none"  # docstrings give shapes and units
exclude_patterns = ["_build", "_made", "tour_template.md", "demo60"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "FFNet-M"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_copy_source = False
html_show_copyright = False
html_math_renderer = "mathml"


def visit_inline(self, node):
    """Writes a formula within a line."""
    self.body.append(tex2mathml(node.astext()))
    raise SkipNode


def visit_block(self, node):
    """Writes a formula on a line of its own."""
    self.body.append(f'<div class="formula">{tex2mathml(node.astext(), as_block=True)}</div>')
    raise SkipNode


def setup(app):
    """Sphinx calls this."""
    app.connect("autodoc-process-docstring", process_docstring)
    app.add_lexer("csv", TextLexer)
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
