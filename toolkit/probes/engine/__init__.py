"""The sweep engine: asks many things of an endpoint, keeps what comes, and stops in an orderly way.

It knows nothing of contrasts, arms or units.
"""
