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
    "runs",
]
exclude_patterns = ["_build", "_generated"]
default_role = "py:obj"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_google_docstring = False
napoleon_use_ivar = True

doctest_global_setup = "import gilext"

html_theme = "furo"
html_title = "gilext"
html_extra_path = ["_generated/extra"]
html_theme_options = {"navigation_with_keys": True}
