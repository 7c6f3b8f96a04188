"""Who runs the trials, and the one function that runs one: `execute(trial) -> TrialRecord`."""
