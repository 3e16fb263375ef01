# Needs only Python 3.11 or newer and make. The first use installs everything into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# Three test processes, each with its own servers, keep two cores busy. All tests of a file run in one process.
SIDE_BY_SIDE := -n 3 --dist loadfile --no-loadscope-reorder
# Hundreds of tests create a database each and write ten gigabytes in all. They go to memory if there is room.
IN_MEMORY = $(shell test "$$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 {print $$4}')" -ge 8000000 2>/dev/null && echo -p /dev/shm)
LOCAL_STAMP := $(VENV)/.local-ready
DEV_STAMP := $(VENV)/.dev-ready

# uv is ten times as fast as pip but ignores pip's settings. If only those name an index, pip installs.
define install
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r $(1) \
	  || { echo "uv could not install $(1), trying pip" >&2; \
	       $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(1); }
endef
define install_daymark
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
endef
# Without compiled files on disk, each of the many processes of a test run would compile every import again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo up test check fix bench contract pictures browser digests fuzz nightly mutation faults drills real-crm requirements clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(DEV_STAMP) ## install everything for tests and checks

demo: $(LOCAL_STAMP) ## simulate a team for four weeks and show the results (ARGS=--exit: stop at the end)
	@$(BIN)/daymark demo $(ARGS)

up: $(LOCAL_STAMP) ## start everything on this machine and keep it running
	@$(BIN)/daymark up $(ARGS)

test: $(DEV_STAMP) ## run the tests (TEST_BACKEND=containers: on Docker; ARGS: for pytest)
	@folder=$$(mktemp -d $(IN_MEMORY)) && chmod 755 $$folder && trap "rm -rf $$folder" EXIT; \
	  TMPDIR=$$folder PYTEST_DEBUG_TEMPROOT=$$folder $(BIN)/pytest $(SIDE_BY_SIDE) $(ARGS)

check: $(DEV_STAMP) ## check style, types, layers and the house rules
	@$(BIN)/ruff format --check --quiet . || { echo "make check: run 'make fix'"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m tests.house

fix: $(DEV_STAMP) ## format the code and apply automatic fixes
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

bench: $(DEV_STAMP) ## run the benchmarks
	@$(BIN)/python -m bench
	@$(BIN)/python -m bench.door
	@$(BIN)/python -m bench.stream
	@$(BIN)/python -m bench.rescoring
	@$(BIN)/python -m bench.many_teams
	@$(BIN)/python -m bench.nudge_reports
	@$(BIN)/python -m bench.latency
	@$(BIN)/python -m bench.stream.statements
	@$(BIN)/python -m bench.slack_notes
	@$(BIN)/python -m bench.pages
	@$(BIN)/python -m bench.reprocessing
	@$(BIN)/python -m bench.drop_detection
	@$(BIN)/python -m bench.nudge_quality
	@$(BIN)/python -m bench.nudge_quality --history 6
	@$(BIN)/python -m bench.effects

contract: $(DEV_STAMP) ## regenerate the two API documents, the generated pages of docs/ and the golden messages of the tests from the code
	@$(BIN)/python -m tests.contract.documents
	@$(BIN)/python -m tests.contract.messages
	@$(BIN)/python -m tests.contract.languages.catalogues
	@$(BIN)/python -m tests.contract.false_alarms
	@$(BIN)/python -m tests.contract.access
	@$(BIN)/python -m tests.contract.goldens.files

pictures: $(DEV_STAMP) ## show each mail as a phone does, in pictures/ (needs Chromium)
	@$(BIN)/python -m tests.contract.goldens.pictures $(ARGS)

browser: ## install Chromium and its driver for the tests that use a browser (on Debian or Ubuntu, as root)
	@apt-get install -y chromium chromium-driver

digests: $(DEV_STAMP) ## add the digests of new migrations; those that have landed are never changed
	@$(BIN)/python -m tests.contract.migration_digests

fuzz: $(DEV_STAMP) ## send a million random bodies through every adapter
	$(call install,requirements/fuzz.txt)
	@$(BIN)/python -m tests.fuzz.bodies --engine hypothesis $(ARGS)
	@$(BIN)/python -m tests.fuzz.bodies --engine atheris $(ARGS)

nightly: $(DEV_STAMP) ## run the long tests: properties, query plans and policy on many more cases (see also mutation)
	@$(BIN)/pytest -m hypothesis --hypothesis-profile nightly --timeout 0 $(ARGS)
	@TEST_ACTIVITIES=5000000 $(BIN)/pytest tests/services/scoring/test_plans.py --timeout 0
	@TEST_POLICY_CASES=1000000 $(BIN)/pytest tests/services/nudges/decide/policy/test_may_send_by_the_clock.py --timeout 0

mutation: $(DEV_STAMP) ## plant mistakes in code, alert rules and SQL and check that the tests find them (resumes; ARGS=PATH: this code only)
	$(call install,requirements/mutation.txt)
	@$(BIN)/python -m tests.mutations $(ARGS)

faults: $(DEV_STAMP) ## kill services, take servers and disks away, cut the power (as root), restore a backup, drill the alerts
	@$(BIN)/python -m tests.faults.whole_trace $(ARGS)
	@$(BIN)/python -m tests.faults.nudges.nudges_under_kills
	@$(BIN)/python -m tests.faults.nudges.messages_under_kills
	@$(BIN)/python -m tests.faults.backup_under_load
	@$(BIN)/python -m tests.faults.recovery

drills: $(DEV_STAMP) ## make alerts fire on a real Prometheus, deliver them, follow the runbook and see them clear
	@$(BIN)/python -m tests.faults.recovery drills $(ARGS)

real-crm: $(DEV_STAMP) ## let a real BottleCRM push its records to Daymark (as root; ARGS="--python PATH": Python 3.12 or newer)
	@$(BIN)/python -m tests.real_crm $(ARGS)

requirements: $(DEV_STAMP) ## pin the newest versions of requirements/*.in, with hashes
	@for name in uv runtime local dev fuzz mutation; do $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-emit-index-url requirements/$$name.in -o requirements/$$name.txt; done
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.12 --generate-hashes --no-header --no-emit-index-url \
	  requirements/real-crm.in -o requirements/real-crm.txt

clean: ## remove everything that was installed and built
	@rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .schemathesis .mutation

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Daymark needs Python 3.11 or newer: make PYTHON=python3.13"; exit 1; }
	@echo "installing into $(VENV) (first use only)" >&2
	@$(PYTHON) -m venv $(VENV)
	@$@ -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes -r requirements/uv.txt

$(LOCAL_STAMP): $(BIN)/python requirements/local.txt pyproject.toml
	$(call install,requirements/local.txt)
	$(call install_daymark)
	@touch $@

$(DEV_STAMP): $(BIN)/python requirements/dev.txt pyproject.toml
	$(call install,requirements/dev.txt)
	$(call install_daymark)
	@touch $(LOCAL_STAMP) $@
