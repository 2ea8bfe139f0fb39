"""None, twice (before 3.12).

See https://github.com/pycurl/pycurl/issues/1020.
"""

import pycurl

easy = pycurl.Curl()
easy.setopt(pycurl.URL, "file:///etc/hostname")
fn = easy.perform_rb


def watch():
    return {"None": None}


calls = 2000
