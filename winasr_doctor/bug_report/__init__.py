"""Makes one redacted file for a bug report, and a Markdown block to paste; never sends anything."""

from winasr_doctor.bug_report.archive import LeakError
from winasr_doctor.bug_report.collecting import BugReport, BugReportOrder, collect

__all__ = ["BugReport", "BugReportOrder", "LeakError", "collect"]
