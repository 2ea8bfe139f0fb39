"""A service of threads or of processes, for gunicorn."""

from holding import hold


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(hold()).encode()]
