"""``python -m repayplan``."""

from repayplan.cli.main import run

if __name__ == "__main__":
    run()
