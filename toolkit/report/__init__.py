"""Reports for decision-makers: a study's findings in words, in a folder of their own.

* **StudyReport**: what came of a frozen plan, in plain words; ``save_report`` puts it in a folder
  with its findings, tables and figures. Nothing in it is about fewer people than the study's
  minimum; everything in full is written only on request, to a folder of its own.
* **Release**: a report that is made to be sent on: logged in the record, and compared with earlier
  ones, so that the difference of two tells nothing of the few who came or left in between.
"""

from toolkit.report.release_log import earlier_releases, log_release
from toolkit.report.report_folder import save_report
from toolkit.report.study_report import StudyReport, study_report

__all__ = [
    "StudyReport",
    "earlier_releases",
    "log_release",
    "save_report",
    "study_report",
]
