"""Allocation: testers to personas and scenarios, raters to replies."""

from toolkit.design.allocation.allocation_summary import Outline, outline
from toolkit.design.allocation.rater_allocation import Allocation, Task, allocate, allocate_units
from toolkit.design.allocation.tester_assignment import Assignment, assign

__all__ = [
    "Allocation",
    "Assignment",
    "Outline",
    "Task",
    "allocate",
    "allocate_units",
    "assign",
    "outline",
]
