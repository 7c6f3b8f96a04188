"""Measure what thousands of trials cost the driver, its disk and the report; `--help` says how."""

from scale.command import main

if __name__ == "__main__":
    main()
