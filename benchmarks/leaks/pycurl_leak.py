"""The message of a transfer that failed.

See https://github.com/pycurl/pycurl/issues/1025.
"""

import pycurl

multi = pycurl.CurlMulti()


def fn():
    easy = pycurl.Curl()
    easy.setopt(pycurl.URL, "file:///no/such/file")
    multi.add_handle(easy)
    running = 1
    while running:
        running = multi.perform()[1]
    multi.info_read()
    multi.remove_handle(easy)
    easy.close()


calls = 2000
