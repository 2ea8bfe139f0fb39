"""The same for Flask."""

from flask import Flask
from holding import hold

app = Flask(__name__)


@app.get("/")
def root():
    return str(hold())
