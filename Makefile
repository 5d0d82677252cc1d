# `make demo` needs the base set only; everything else uses the `dev` extra. The environment is made once and
# made again when the dependencies change.

PYTHON := $(firstword $(foreach python,python3.11 python3.12 python3.13 python3,$(shell \
	$(python) -c 'import sys; sys.version_info >= (3, 11) and print("$(python)")' 2>/dev/null)))
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable

# Tests of Spark and PostgreSQL run where pyspark, java and REPAYPLAN_POSTGRES are there; pytest names what it skipped.
# `.ci/run` sees to all of them.

.PHONY: demo test test-long bench docs format clean

demo: .venv/base.stamp
	$(BIN)/repayplan plan scenarios/construction -o out/construction

test: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2

test-long: .venv/dev.stamp
	$(BIN)/pytest -n 2 -m long

bench: .venv/dev.stamp
	$(BIN)/python -m benchmarks

docs: .venv/dev.stamp
	$(BIN)/python -c 'from repayplan.report.limits import limits_page; print(limits_page(), end="")' > docs/limits.md
	$(BIN)/python -c 'from repayplan.report.shapes_page import shapes_page; print(shapes_page(), end="")' > docs/shapes.md
	$(BIN)/python -c 'from repayplan.report.book_page import book_page; print(book_page(), end="")' > docs/book.md
	$(BIN)/pytest -q tests/end_to_end/test_readme.py --refresh

format: .venv/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv out dist build

.venv/base.stamp: pyproject.toml constraints.txt
	$(if $(PYTHON),,$(error Python 3.11 or newer is needed; none was found as python3))
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(INSTALL) .
	touch $@

.venv/dev.stamp: .venv/base.stamp
	$(INSTALL) '.[dev]'
	touch $@

.venv/spark.stamp: .venv/dev.stamp
	$(INSTALL) '.[spark]'
	touch $@
