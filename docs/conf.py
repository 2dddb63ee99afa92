"""Sphinx configuration; the extensions in `_ext` write what is generated below `generated/`."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent / "_ext")]

import autograd  # noqa: E402

project = "glassgrad"
author = "the authors of glassgrad"
version = release = autograd.__version__
html_title = f"glassgrad {version}"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "op_reference", "demonstrations"]
exclude_patterns = ["_ext", "generated/extra", "generated/playground.md"]
nitpicky = True
nitpick_ignore = [  # classes of other packages, and two whose pages are those of the functions that return them
    ("py:exc", "numpy.linalg.LinAlgError"),
    ("py:class", "collections.abc.Callable"),
    ("py:class", "autograd.drawing.paths.Path"),
    ("py:class", "nn.training.jax_engine.JaxEngine"),
]
default_role = "code"  # docstrings write `x` for code, as `help` shows it
myst_enable_extensions = ["colon_fence", "attrs_block"]
myst_heading_anchors = 3

autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_custom_sections = [("Attributes", "params_style"), "Shapes", "Units", "Source", "Costs"]

html_theme = "furo"
highlight_language = "text"  # formulas; Markdown blocks and doctests name or show their language
pygments_dark_style = "monokai"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_extra_path = ["generated/extra"]  # at the root of the site: pages of the gallery, the playground
html_show_sourcelink = False
html_copy_source = False
