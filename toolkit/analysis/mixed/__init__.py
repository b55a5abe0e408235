"""Models with crossed random intercepts: Gaussian, binomial, cumulative logit.

* A **factor** here is a column, or several joined by a colon, whose levels each get a random
  intercept: raters, scenarios, ``scenario:arm``.
* A **cell** is a distinct combination of everything the model looks at. Data collapse to cells
  with counts, so cost follows cells and not rows.
* A **Fit** holds coefficients, deviations, conditional modes and what went wrong, in words.
* A **Marginal** effect puts a coefficient of a logit model on the scale of the answers.
"""

from toolkit.analysis.mixed.bootstrap import repeated
from toolkit.analysis.mixed.cells import code, collapse
from toolkit.analysis.mixed.fit import Fit, fit
from toolkit.analysis.mixed.likelihood_ratio import variance_test
from toolkit.analysis.mixed.marginal_effects import Marginal, marginal
from toolkit.analysis.mixed.model_input import prepare

__all__ = [
    "Fit",
    "Marginal",
    "code",
    "collapse",
    "fit",
    "marginal",
    "prepare",
    "repeated",
    "variance_test",
]
