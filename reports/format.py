"""How numbers look, in one place: shown rounded, with the exact value kept for the reader who asks.

Shown text uses a narrow no-break space between digits and units, and a true minus sign.
"""

from __future__ import annotations

import math

NARROW = "\u202f"
MINUS = "\u2212"
ABSENT = "\u2013"
PLUS_MINUS = "\u00b1"
TIMES = "\u00d7"

PREFIXES = ((1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def absent(value: float | None) -> bool:
    """Whether there is no number to show."""
    return value is None or math.isnan(value)


def number(value: float | None, digits: int = 2) -> str:
    """A plain number with so many decimals."""
    if value is None or math.isnan(value):
        return ABSENT
    if math.isinf(value):
        return "\u221e" if value > 0 else _minus("-\u221e")
    return _minus(f"{value:,.{digits}f}".replace(",", NARROW))


def percent(fraction: float | None, digits: int = 2) -> str:
    """A fraction as percent: 0.7341 as "73.41 %"."""
    if fraction is None or math.isnan(fraction):
        return ABSENT
    return f"{number(100 * fraction, digits)}{NARROW}%"


def target(fraction: float) -> str:
    """An accuracy to reach, never rounded to another: 0.992 as "99.2 %", 0.7 as "70 %"."""
    return f"{100 * fraction:.10g}{NARROW}%"


def percent_interval(mean: float, low: float, high: float) -> str:
    """Mean and half the width of its interval, both in points: "73.41 ± 0.52 %"; without one, the mean."""
    if absent(mean) or absent(low):
        return percent(mean)
    return f"{number(100 * mean)} {PLUS_MINUS} {number(50 * (high - low))}{NARROW}%"


def percent_range(low: float, high: float) -> str:
    """Both ends of an interval: "72.89 to 73.93 %"."""
    return f"{number(100 * low)} to {percent(high)}"


def signed_percent(fraction: float | None) -> str:
    """A relative change with its sign: 0.004 as "+0.4 %"."""
    if fraction is None or math.isnan(fraction):
        return ABSENT
    return _minus(f"{100 * fraction:+.1f}{NARROW}%")


def points(difference: float | None, *, signed: bool = True) -> str:
    """A difference of two fractions in percentage points: "+0.62"."""
    if difference is None or math.isnan(difference):
        return ABSENT
    return _minus(f"{100 * difference:+.2f}" if signed else f"{100 * difference:.2f}")


def points_range(low: float, high: float) -> str:
    """Both ends of the interval of a difference, in percentage points."""
    if absent(low):
        return ABSENT
    return f"{points(low)} to {points(high)}"


def count(value: float | None) -> str:
    """A whole number in full, digits in groups of three."""
    if value is None or math.isnan(value):
        return ABSENT
    return f"{round(value):,}".replace(",", NARROW)


def si(value: float | None) -> str:
    """Three significant digits and an SI prefix: 14380000 as "14.4 M"."""
    if value is None or math.isnan(value):
        return ABSENT
    for scale, prefix in PREFIXES:
        if abs(value) >= scale * 0.9995:  # 999.6 k rounds to 1.00 M, not to 1000 k
            return f"{_significant(value / scale)}{NARROW}{prefix}"
    return _significant(value) if value % 1 else count(value)


def size(value: float | None) -> str:
    """Three significant digits and a decimal prefix: 31088640 as "31.1 MB"."""
    if value is None or math.isnan(value):
        return ABSENT
    return f"{si(value)}B" if value >= PREFIXES[-1][0] * 0.9995 else f"{count(value)}{NARROW}B"


def rate(value: float | None) -> str:
    """Images per second: whole above a hundred, else three significant digits."""
    if value is None or math.isnan(value):
        return ABSENT
    return count(value) if abs(value) >= 100 else _significant(value)


def seconds(value: float | None) -> str:
    """A duration in the unit that suits it: "8.3 ms", "7.42 s", "1 min 23 s", "2 h 05 min"."""
    if value is None or math.isnan(value):
        return ABSENT
    if value < 1:
        return f"{_significant(1000 * value)}{NARROW}ms"
    if value < 99.95:
        return f"{_significant(value)}{NARROW}s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes}{NARROW}min{NARROW}{rest:02d}{NARROW}s"
    return f"{minutes // 60}{NARROW}h{NARROW}{minutes % 60:02d}{NARROW}min"


def milliseconds(value: float | None) -> str:
    """A duration given in milliseconds."""
    return seconds(None if value is None else value / 1000)


def joules(value: float | None) -> str:
    """Energy: 0.0123 as "12.3 mJ"."""
    if value is None or math.isnan(value):
        return ABSENT
    return f"{_significant(value)}{NARROW}J" if value >= 1 else f"{_significant(1000 * value)}{NARROW}mJ"


def ratio(value: float) -> str:
    """How many times, with a multiplication sign: "7.5x"."""
    return f"{number(value, 1) if value < 10 else count(value)}{TIMES}"


def exact(value: object) -> str:
    """The number in full, as a record or a CSV file holds it; whole floats without their ".0"."""
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return f"{int(value)}" if value.is_integer() and abs(value) < 1e21 else repr(value)
    return "" if value is None else str(value)


def _significant(value: float, digits: int = 3) -> str:
    """So many significant digits, never in exponent form, trailing zeros kept."""
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(float(f"{value:.{digits - 1}e}")))))
    return number(value, decimals)


def _minus(text: str) -> str:
    return text.replace("-", MINUS)
