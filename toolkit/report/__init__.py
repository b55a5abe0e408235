"""Reports for decision-makers: a study's findings in words, in a folder of their own.

* **StudyReport**: what came of a frozen plan, in plain words; ``save_report`` puts it in a folder
  with every finding, table and figure.
"""

from toolkit.report.report_folder import save_report
from toolkit.report.study_report import StudyReport, study_report

__all__ = ["StudyReport", "save_report", "study_report"]
