"""The exercise as it was prescribed, and how what was done measures up to it."""

from imucount.programme.assessment import Assessment, Outcome, assess
from imucount.programme.ledger import Ledger
from imucount.programme.plan import PlannedSet, Programme
from imucount.programme.record import assessment_of_json, assessment_to_json

__all__ = [
    "Assessment",
    "Ledger",
    "Outcome",
    "PlannedSet",
    "Programme",
    "assess",
    "assessment_of_json",
    "assessment_to_json",
]
