"""A report held against the records inside it: parts of a page, what differs, and the verdict."""

from reports.verification.differences import Difference
from reports.verification.verdict import Verdict, verify

__all__ = ["Difference", "Verdict", "verify"]
