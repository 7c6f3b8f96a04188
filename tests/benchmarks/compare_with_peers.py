"""Time this suite against the training loops that people use instead; `--help` says how."""

from peers.command import main

if __name__ == "__main__":
    main()
