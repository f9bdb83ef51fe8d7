"""What the web server loads: the application, from the environment."""

from werkzeug.middleware.dispatcher import DispatcherMiddleware

import config as configuration

from . import create_app, logs
from .parts import assemble


def application() -> DispatcherMiddleware:
    """The WSGI application of this process."""
    logs.start()
    return create_app(assemble(configuration.from_environment()))
