"""Templates compiled once for the whole suite: every test has an application of its own, of the same templates."""

from types import CodeType

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache


class CompiledOnce(BytecodeCache):
    """What a template was compiled to, kept in memory by its name and its text."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._kept[bucket.key, bucket.checksum] = bucket.code


def keep_compiled() -> None:
    """Let every application that is made from now on share what others compiled."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": CompiledOnce()}
