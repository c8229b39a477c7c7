# `make help` says what there is. Everything happens in .venv and under PANDAR_VAR (var); settings: .env.example.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run test faults soak reliability lint lock openapi story screenshots bench bench-quick bench-report bench-console bench-services bench-server clean

# A .env beside this file is read as `NAME=value` lines; what the environment says already goes before it.
ENV = if [ -f .env ]; then while IFS='=' read -r name value || [ -n "$$name" ]; do \
	case "$$name" in ''|'\#'*) ;; *) eval "[ -n \"\$${$$name+set}\" ]" || export "$$name=$$value";; esac; done < .env; fi;
PYTHON = .venv/bin/python
STAMP = .venv/.installed
# in console/, with the machine's Node 20 or a Python package's
NPM = $(PYTHON) -m pandarchat.services.node
UV = 0.13.8

help:  ## this page
	@sed -n 's/^\([a-z-]*\):.*##/  make \1	/p' Makefile | expand -t 24

run: $(STAMP)  ## start everything on this machine; Ctrl-C stops it
	@$(ENV) PANDAR_STOP_WITH_PARENT=$$PPID exec $(PYTHON) -m pandarchat.services

test: $(STAMP)  ## all tests, on services of their own (PYTEST_ARGS="-k name")
	@$(ENV) $(PYTHON) -m pytest -n 3 --dist worksteal $(PYTEST_ARGS)
	@$(NPM) run --silent test

faults: $(STAMP)  ## break things for real while 200 clients talk, and check that nothing is lost (PYTEST_ARGS="-k name")
	@$(ENV) $(PYTHON) -m pytest faults -n 3 $(PYTEST_ARGS)
	@$(PYTHON) -m faults.report

reliability: $(STAMP)  ## write docs/reliability.md from what the last make faults held
	@$(PYTHON) -m faults.page

soak: export FAULTS_ROUNDS ?= 10
soak: faults  ## the same with ten times the rounds (FAULTS_ROUNDS)

lint: export SECRET_KEY = $(shell $(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(60))' 2>/dev/null)
lint: $(STAMP)  ## style, types, imports, deployment check, missing migrations
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy .
	.venv/bin/lint-imports
	DEBUG=off $(PYTHON) manage.py check --deploy --fail-level WARNING
	@if docker compose version >/dev/null 2>&1; then echo "docker compose config"; SITE=localhost POSTGRES_PASSWORD=x PANDAR_OWNER_PASSWORD=x \
		PANDAR_APP_PASSWORD=x REDIS_PASSWORD=x docker compose config --quiet; \
		else echo "docker compose is not installed: docker-compose.yml is checked by its test alone."; fi
	LOG_LEVEL=ERROR $(PYTHON) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run  # compares files; no database is needed
	@$(NPM) run --silent types -- --check
	@$(NPM) run --silent check
	@$(NPM) run --silent lint

lock: $(STAMP)  ## requirements.in to requirements.txt, with hashes
	@$(find_uv); $$uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
		--custom-compile-command "make lock" requirements.in --output-file requirements.txt

openapi: $(STAMP)  ## write openapi.yaml from the code, and the console's types from it
	@$(ENV) $(PYTHON) manage.py spectacular --validate --fail-on-warn --file openapi.yaml
	@$(NPM) run --silent types

story: $(STAMP)  ## play the main job once against the running system
	@$(ENV) $(PYTHON) manage.py demo_story --url "http://127.0.0.1:$${PANDAR_PORT:-8000}"

screenshots: $(STAMP)  ## take the pictures that README shows, from the demo organizations
	@$(ENV) exec $(PYTHON) -m pandarchat.screenshots

bench: $(STAMP)  ## measure everything beside the yardstick, some 25 minutes, and write docs/performance.md (BENCH_ARGS, YARDSTICK)
	@$(ENV) exec $(PYTHON) -m bench run $(BENCH_ARGS)

bench-quick: $(STAMP)  ## the same in three minutes on a small world, into var/bench/quick
	@$(ENV) exec $(PYTHON) -m bench run --quick $(BENCH_ARGS)

bench-report: $(STAMP)  ## write docs/performance.md again from the rows of the last run and bench/remarks.md
	@$(ENV) exec $(PYTHON) -m bench report

bench-console: $(STAMP)  ## measure the console in a browser alone, on the world of the last bench, and write the page again
	@$(ENV) exec $(PYTHON) -m bench console

bench-services: $(STAMP)  ## PostgreSQL, Redis and a world of 100,000 tickets to measure on (BENCH_ARGS="--tickets 1000000"); stays
	@$(ENV) exec $(PYTHON) -m bench services $(BENCH_ARGS)

bench-server: $(STAMP)  ## the web process that is measured, with production settings; its services by DATABASE_URL and REDIS_URL
	@$(ENV) exec $(PYTHON) -m pandarchat.bench.server

clean:  ## remove .venv, and caches; var with its data stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './var/*' -prune -exec rm -rf {} +

# The first Python that runs and is new enough; a name on the path alone proves nothing.
find_python = for candidate in python3.11 python3.12 python3.13 python3.14 python3; do \
	if $$candidate -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$candidate; break; fi; done; \
	[ -n "$$python" ] || { echo "Pandar Chat needs Python 3.11 or newer with its venv module (Debian: apt-get install python3-venv)."; exit 1; }

# uv is faster where it can be had; pip does the same from the same file.
find_uv = if uv --version >/dev/null 2>&1; then uv=uv; \
	elif $(PYTHON) -m uv --version >/dev/null 2>&1 || $(PYTHON) -m pip install --quiet --disable-pip-version-check uv==$(UV) >/dev/null 2>&1; \
	then uv="$(PYTHON) -m uv"; else uv=; fi

$(STAMP): requirements.txt
	@$(find_python); [ -x $(PYTHON) ] && $(PYTHON) -c '' 2>/dev/null || { echo "Making .venv with $$($$python --version)"; $$python -m venv --clear .venv; }
	@$(find_uv); echo "Installing requirements.txt with $${uv:-pip} (a minute or two the first time)"; \
	{ [ -n "$$uv" ] && $$uv pip install --python $(PYTHON) --compile-bytecode --require-hashes -r requirements.txt; } || \
	$(PYTHON) -m pip install --disable-pip-version-check --progress-bar off --require-hashes -r requirements.txt
	@touch $(STAMP)
