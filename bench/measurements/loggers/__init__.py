"""Loggers: tools of others that are told how a trial goes, beside its record; none of them can fail a trial.

A new one is a class with the three methods of `interface.Logger`, a line in `catalogue.LOGGERS`, and its name
in `bench.spec.execution`.
"""
