"""The changes of a fuzzy match.

See https://github.com/mrabarnett/mrab-regex/issues/365.
"""

import regex

pattern = regex.compile("(hella){s<=1,i<=5,d<=0}", regex.BESTMATCH | regex.IGNORECASE)
fn = pattern.search
args = ("helloworld",)
