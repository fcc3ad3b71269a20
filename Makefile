# make up     everything, from nothing: environment, PostgreSQL, schema, demo shop, web tier, worker. Ctrl-C stops it.
# make test   the tests, some minutes   make test-long   fuzzing, faults, upgrades, standby, backups   make test-all   both at once
# make check  linters, types, sizes
# make prove  correctness under attack, abuse, faults and over a busy hour: one table; ARGS='--size quick', '--size long', 'attacks --seed 7'
# make audit  known vulnerabilities of what we run on, and licences      make sbom   the list of it (CycloneDX), dist/storeproc.cdx.json
# make lock   the exact versions and hashes that the image installs, after a change of pyproject.toml   make digests  its base images
# make bench  measures: one run, one table (needs wrk; ARGS="--quick", ARGS="--only place-order,hot": tests/bench/README.md)
# PYTHON=python3.12 chooses the interpreter; PORT, HOST, STOREPROC_DATA and DATABASE_URL are honoured.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

# pip, with a count of packages instead of its own words; errors are shown, and its status is kept.
INSTALL = rm -f $(VENV)/.failed; \
  { $(BIN)/python -m pip --disable-pip-version-check --no-input install $(1) 2>&1 || touch $(VENV)/.failed; } \
  | awk -v tty="`test -t 2 && echo 1`" \
    '/^ERROR|^error:/ { print } /^Collecting/ { n++; if (tty) printf "\r  %d packages", n; fflush() } END { if (tty) print "" }'; \
  test ! -f $(VENV)/.failed

.PHONY: up test test-long test-all bench prove check audit sbom lock digests clean
.DEFAULT_GOAL := up

up: $(VENV)/.installed
	@exec $(BIN)/storeproc up

test: $(VENV)/.installed-test
	@exec $(BIN)/python -m pytest -m 'not long' $(ARGS)

test-long: $(VENV)/.installed-test
	@exec $(BIN)/python -m pytest -m long $(ARGS)

test-all: $(VENV)/.installed-test
	@exec $(BIN)/python -m pytest $(ARGS)

bench: $(VENV)/.installed-test
	@exec $(BIN)/python -m tests.bench $(ARGS)

prove: $(VENV)/.installed-test
	@exec $(BIN)/python -m tests.prove $(ARGS)

check: $(VENV)/.installed-test
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python .ci/limits.py
	@for file in `ls db/migrations/*.sql | awk '$$0 > "db/migrations/0023"'`; do \
	  if grep -q '^-- transactional: false' $$file; then inside=; else inside=--assume-in-transaction; fi; \
	  $(BIN)/squawk --config db/squawk.toml --reporter gcc $$inside $$file || exit 1; done
	@if command -v shellcheck >/dev/null; then shellcheck -x backups/*.sh; fi

audit: $(VENV)/.installed-test
	@$(BIN)/python .ci/supply_chain.py audit

sbom: $(VENV)/.installed-test
	@$(BIN)/python .ci/supply_chain.py sbom dist/storeproc.cdx.json

lock: $(VENV)/bin/python
	@PYTHON=$(BIN)/python .ci/lock $(ARGS)

digests:
	@.ci/digests

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  found=`$(PYTHON) --version 2>&1 | head -n 1`; \
	  echo "storeproc needs Python 3.11 or newer; $(PYTHON) is: $$found. Choose another: make PYTHON=python3.12 up" >&2; exit 1; }
	@echo "making the virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { \
	  rm -rf $(VENV); echo "$(PYTHON) cannot make virtual environments: install its venv module (Debian: python3-venv)." >&2; exit 1; }

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	@echo "installing storeproc (once; a minute or so)"
	@$(call INSTALL,--editable .)
	@touch $@

$(VENV)/.installed-test: $(VENV)/bin/python pyproject.toml
	@echo "installing storeproc and what the tests need (once; a minute or so)"
	@$(call INSTALL,--no-compile --editable '.[test]')
	@touch $(VENV)/.installed $@

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
