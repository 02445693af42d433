# Every path here is relative, so this works in a folder with blanks in its name.
PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: help demo test faults lint type build check lock clean dev-venv

help:
	@echo 'make demo    a server with demo data to try; Ctrl-C ends it'
	@echo 'make test    every test, with a real browser and a real PostgreSQL'
	@echo '             (one of them: make test ARGS="tests/test_pop.py -k withheld")'
	@echo 'make faults  what is done to a server on purpose, and what it loses meanwhile'
	@echo '             (one of them: make faults ARGS="idle_connections"; ARGS=--list)'
	@echo 'make lint    style, import rules, types'
	@echo 'make build   wheel and sdist of every distribution, in dist/'
	@echo 'make check   all of lint, build and test'
	@echo 'make lock    pin the dependencies anew (ARGS=--upgrade: to the newest)'
	@echo 'make clean   remove what these made; the demo data in var/ stays'
	@echo 'Another Python than python3 (3.11 or later): make PYTHON=python3.12 demo'

demo:
	@"$(PYTHON)" scripts/set_up.py runtime
	@exec .venv/bin/cti-host --config config/demo.toml demo

dev-venv:
	@"$(PYTHON)" scripts/set_up.py dev

test: dev-venv
	@bash scripts/ensure-chromium.sh
	@.venv/bin/tox run -e py -- $(ARGS)

faults: dev-venv
	@.venv/bin/python -m tests.faults $(ARGS)

lint: dev-venv
	@.venv/bin/tox run -e lint,type

type build: dev-venv
	@.venv/bin/tox run -e $@

check: lint build test

lock: dev-venv
	@bash scripts/lock.sh $(ARGS)

clean:
	rm -rf .venv .tox dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
