# make demo   set up .venv and run the main job on a simulated centre
# make test   set up .venv and run lint, types and every test
# make clean  remove what the two above made

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.complete
DEMO := demo-results

export HF_HUB_OFFLINE := 1
export MLFLOW_DISABLE_TELEMETRY := true

.PHONY: demo test lint types tests setup clean

setup: $(STAMP)

# torch comes first and exact: a looser pin lets pip fetch gigabytes of GPU packages.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || \
	  { echo "Python 3.11 or newer is needed; say which with make PYTHON=python3.12"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt torch
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt \
	  --editable ".[embedded,dev]"
	touch $@

demo: setup
	$(BIN)/fcr simulate --out $(DEMO)/centre
	$(BIN)/fcr analyze $(DEMO)/centre/contacts.parquet --out $(DEMO)/results

test: lint types tests

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy fcr_ml

tests: setup
	$(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

clean:
	rm -rf $(VENV) $(DEMO) .pytest_cache .mypy_cache .ruff_cache
