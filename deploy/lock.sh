#!/bin/sh
# Resolve pyproject.toml into requirements files: every pin with its hashes, and no address of any kind.
set -eu
build=$(mktemp)
echo setuptools >"$build"
options="--universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet"
# shellcheck disable=SC2086
.venv/bin/uv pip compile pyproject.toml "$build" --extra postgres --extra oidc $options -o requirements.txt
# shellcheck disable=SC2086
.venv/bin/uv pip compile pyproject.toml "$build" --extra postgres --extra oidc --group dev $options -c requirements.txt -o requirements-dev.txt
rm -f "$build"
