"""One training: the loop, and what it needs to begin, to step, to stop and to be continued."""
