"""One function a section: tables in, `Section` out. `SECTIONS` holds their order on the page."""

from __future__ import annotations

from collections.abc import Callable

from bench.analysis.tables import Tables
from reports.elements import Section
from reports.sections.accuracy import learning_curves, splits
from reports.sections.classes import calibration, classes
from reports.sections.convergence import convergence
from reports.sections.cost import cost
from reports.sections.differences import differences
from reports.sections.efficiency import efficiency, memory
from reports.sections.examples import examples
from reports.sections.gradients import gradient_flow, loss_landscape
from reports.sections.ledger import ledger
from reports.sections.profile import profile
from reports.sections.provenance import data, environment, recipes, suite, trials
from reports.sections.scaling import scaling
from reports.sections.speed import latency, phases, throughput
from reports.sections.timings import timings
from reports.sections.trust import caveats, claims

SECTIONS: tuple[Callable[[Tables], Section | None], ...] = (
    caveats,
    learning_curves,
    convergence,
    differences,
    claims,
    splits,
    classes,
    calibration,
    examples,
    cost,
    ledger,
    throughput,
    latency,
    phases,
    scaling,
    efficiency,
    memory,
    timings,
    profile,
    gradient_flow,
    loss_landscape,
    trials,
    recipes,
    data,
    environment,
    suite,
)
"""A section that has nothing to show returns None and is left out."""
