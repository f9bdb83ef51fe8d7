"""The staff room."""

from flask import Flask

from ..parts import Parts


def create_room(parts: Parts) -> Flask:
    raise RuntimeError
