# The commands of this project. `make` lists them.
.DEFAULT_GOAL := help
PYTHON ?= python3
PY := .venv/bin/python
INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check

.PHONY: help run test check lint types browser fonts bench test-faults snapshot lock sbom clean

help: ## List these commands
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

run: .venv/run ## Build what is missing, prepare the database, and serve (PORT=, DATA_DIR=)
	@exec .venv/bin/previsit run

test: .venv/dev lint types browser fonts ## Lint, types, every test on both databases and in Chromium
	$(PY) -m pytest -n 2 --dist worksteal -m "not faults"

check: .venv/dev lint types ## Lint, types and the tests that need no browser
	$(PY) -m pytest -n 2 --dist worksteal -m "not faults and not browser"

lint: .venv/dev ## Look for mistakes and odd formatting
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

types: .venv/dev ## Check types
	@$(PY) -m pyright --warnings

browser: ## Find Chromium, or install it where that is possible
	@command -v chromium chromium-browser google-chrome >/dev/null 2>&1 \
	|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 \
	     && { echo "Installing Chromium"; apt-get update -qq && apt-get install -y -qq chromium >/dev/null; }; } \
	|| echo "NOT RUN: the tests in a browser, since there is no Chromium on the PATH and it cannot be installed."

fonts: .venv/dev ## Find fonts for names in Chinese, Japanese and Korean, or install them where that is possible
	@$(PY) -c 'from app.doctor.printing import lacking; raise SystemExit(bool(lacking()))' \
	|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 \
	     && { echo "Installing fonts"; apt-get update -qq && apt-get install -y -qq fonts-noto-cjk >/dev/null; }; } \
	|| echo "NOT RUN: PDFs with names in Chinese and Korean, since no font here draws them and none can be installed."

bench: .venv/dev ## Measure pages, sealing and search, against floors of the same run (PART=pages, sealing, search, queue, desk or briefs)
	$(PY) -m bench $(PART)

test-faults: .venv/dev ## Break things on purpose around the real server (about five minutes; docs/faults.md)
	$(PY) -m pytest -m faults -s

snapshot: .venv/dev ## Write the snapshots of public shapes anew; look at the difference before you commit it
	SNAPSHOT=write $(PY) -m pytest -m "not browser and not faults" -k snapshot

lock: .venv/dev ## Resolve the dependencies anew into the hash-pinned requirements files
	$(INSTALL) uv
	sh deploy/lock.sh

sbom: .venv/dev ## Write the list of what the service runs on anew (CycloneDX, docs/security-review/sbom.json)
	@$(PY) deploy/sbom.py

clean: ## Remove what was built (never the data folder)
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis build *.egg-info

.venv/bin/python:
	@echo "Building the virtual environment"
	@$(PYTHON) -m venv .venv

.venv/run: .venv/bin/python requirements.txt pyproject.toml
	@echo "Installing what the service needs"
	@$(INSTALL) --require-hashes --only-binary :all: -r requirements.txt
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: .venv/bin/python requirements-dev.txt pyproject.toml
	@echo "Installing what the service and its tests need"
	@$(INSTALL) --require-hashes --only-binary :all: -r requirements-dev.txt
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch .venv/run $@
