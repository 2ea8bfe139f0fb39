"""The site: ``pip install '.[docs]' && sphinx-build -W docs docs/_build``."""

import sys
from pathlib import Path

import gilext

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "gilext"
author = "the gilext authors"
version = release = gilext.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.doctest",
    "sphinx.ext.napoleon",
    "sphinx_click",
    "sphinx_design",
    "claims",
    "course",
    "docstrings",
    "exercises",
    "figures",
    "gilext.integrations.sphinx",
    "kept",
    "mistake_links",
    "mistakes",
    "raw_markup",
    "runs",
    "steps",
]
exclude_patterns = ["_build", "_generated"]
default_role = "py:obj"
smartquotes_action = "qe"  # the dashes of an option stay two

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
# ``{answer}``: a question's answer, which the reader opens.
sd_custom_directives = {"answer": {"inherit": "dropdown", "argument": "Answer"}}

autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_google_docstring = False
napoleon_use_ivar = True

doctest_global_setup = "import gilext"

html_theme = "furo"
html_title = "gilext"
html_show_copyright = False
html_static_path = ["_static", "_generated/static"]
html_css_files = ["palette.css", "course.css", "claims.css"]
html_extra_path = ["_generated/extra"]
html_theme_options = {"navigation_with_keys": True}
