"""Measure whether time and memory grow as the work grows; `--help` says how."""

from scaling.command import main

if __name__ == "__main__":
    main()
