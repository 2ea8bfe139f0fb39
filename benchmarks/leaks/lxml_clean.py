"""A for loop whose "else" breaks (Cython; a default).

See https://github.com/cython/cython/issues/5347.
"""

from lxml.html import clean

fn = clean.autolink_html
args = ("<p>see http://localhost/x and http://example.com/ mailto:me@x.org</p>",)


def watch():
    return {"_avoid_hosts": clean._avoid_hosts}


calls = 2000
