"""Models with crossed random intercepts: Gaussian, binomial, cumulative logit.

* A **factor** here is a column, or several joined by a colon, whose levels each get a random
  intercept: raters, scenarios, ``scenario:arm``.
* A **cell** is a distinct combination of everything the model looks at. Data collapse to cells
  with counts, so cost follows cells and not rows.
* A **Fit** holds coefficients, deviations, conditional modes and what went wrong, in words.
"""

from toolkit.analysis.mixed.fit import Fit, fit

__all__ = ["Fit", "fit"]
