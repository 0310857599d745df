# Every target does its own set-up: Python 3.11 or 3.12, a C compiler and the package registry are all that is needed.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN  := .venv/bin
CASE := examples/moutsopoulos-2014-1.yaml

.PHONY: help demo test lint bench mutate coverage wheel clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 10

demo: .venv/installed ## classify a published case, and explain the result
	$(BIN)/sjd assess $(CASE)
	@echo
	$(BIN)/sjd explain $(CASE) classification/acr-eular-2016
	@echo
	$(BIN)/sjd explain $(CASE) terminology/disease-name

test: lint ## everything that must hold: style, types, rooms, tests
	@command -v chromium >/dev/null 2>&1 || echo 'No Chromium: the tests of pages in a browser are left out (Debian: sudo apt install chromium).'
	@command -v soffice >/dev/null 2>&1 || echo 'No LibreOffice: no Word document is opened by it (Debian: sudo apt install libreoffice-writer).'
	@$(BIN)/python -c 'import weasyprint' >/dev/null 2>&1 || echo 'No Pango: the tests of PDF are left out (Debian: sudo apt install libpangoft2-1.0-0 libharfbuzz-subset0).'
	$(BIN)/python -m pytest -q -n 2 --dist worksteal

lint: .venv/installed ## style, types and the order of the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/installed ## how long one case takes, warm and cold
	$(BIN)/python bench/run.py

mutate: .venv/installed ## change every number and operator of every rule, one at a time; a test must notice
	$(BIN)/python -m tools.mutate

coverage: .venv/installed ## docs/coverage.md: which rule rests on what, and what no rule reads
	$(BIN)/python -m tools.coverage

wheel: .venv/installed ## dist/: the source distribution, and the wheel built from it
	rm -rf dist
	$(BIN)/python -m build --no-isolation

clean: ## remove what these targets made
	rm -rf .venv dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find kb tests bench -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# --- set-up, done once, and again when the requirements change -------------------------------------------------------

# A Python to build the environment with: the caller's choice (make PYTHON=…), else the first that is new enough.
PYTHON ?=
define set_up
set -eu
say() { printf '%s\n' "$$@" >&2; }
new_enough() { "$$1" -c 'import sys; sys.exit(sys.version_info[:2] < (3, 11))' >/dev/null 2>&1; }
python=
for candidate in $(or $(PYTHON),python3.11 python3.12 python3 python); do
  if new_enough "$$candidate"; then python=$$candidate; break; fi
done
if [ -z "$$python" ]; then
  say 'This needs Python 3.11 or 3.12, and found neither on the PATH.' \
      '  Debian, Ubuntu:  sudo apt install python3 python3-venv python3-dev' \
      '  macOS:           brew install python@3.11' \
      '  elsewhere:       make PYTHON=/path/to/python3.11'
  exit 1
fi
compiler=$${CC:-$$("$$python" -c 'import sysconfig; print((sysconfig.get_config_var("CC") or "cc").split()[0])')}
headers=$$("$$python" -c 'import sysconfig; print(sysconfig.get_path("include"))')
if ! command -v "$${compiler%% *}" >/dev/null 2>&1 || [ ! -f "$$headers/Python.h" ]; then
  say "durable-rules is built from C: this needs a C compiler ($$compiler) and the header Python.h of $$python." \
      '  Debian, Ubuntu:  sudo apt install build-essential python3-dev' \
      '  Fedora:          sudo dnf install gcc python3-devel' \
      '  macOS:           xcode-select --install'
  exit 1
fi
if ! "$$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
  say "$$python comes without venv." '  Debian, Ubuntu:  sudo apt install python3-venv'
  exit 1
fi
"$$python" -m venv .venv
# Python 3.13 no longer has a function that durable-rules 2.0.28 calls; its successor takes the same arguments.
if "$$python" -c 'import sys; sys.exit(sys.version_info[:2] < (3, 13))'; then
  export CPPFLAGS="$${CPPFLAGS:-} -DPyEval_CallObject=PyObject_CallObject" PIP_NO_CACHE_DIR=1
fi
say "setting up .venv with $$("$$python" --version) (once; about a minute)"
$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
endef
export set_up

.venv/installed: pyproject.toml constraints.txt
	@eval "$$set_up"
	@touch $@
