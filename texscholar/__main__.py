"""``python -m texscholar``."""

from texscholar.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
