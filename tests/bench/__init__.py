"""Figures, never a pass or a fail: ``make bench`` prints them as ratios within one run.

Machines are noisy. Each figure is the median of several repetitions with its spread, printed
beside a fixed calibration loop so that two machines can be told apart.
"""
