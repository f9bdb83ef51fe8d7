"""The floor: the smallest Flask application, served the same way."""

from flask import Flask


def application() -> Flask:
    """An application that says hello."""
    app = Flask(__name__)

    @app.get("/healthz")
    @app.get("/")
    def hello() -> str:
        return "hello"

    return app
