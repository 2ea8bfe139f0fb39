"""The parser of a selector.

See https://github.com/rushter/selectolax/issues/107.
"""

from selectolax.lexbor import LexborHTMLParser

page = LexborHTMLParser("<div></div><div></div>")
fn = page.css_matches
args = ("div",)
calls = 2000
