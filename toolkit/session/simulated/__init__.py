"""Both stages without a human: simulated testers, simulated raters of a known model, planted bias.

What they leave in the record is marked as simulated, for ever.
"""
