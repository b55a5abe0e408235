"""Does what the package promises hold? Counted by simulation: ``make calibrate``.

A **case** is a design with a truth; a **section** runs cases and returns rows of the report, each
with its Monte-Carlo interval, the **band** it has to keep, and whether it does.
"""
