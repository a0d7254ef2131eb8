"""How a run ends: with a report where one is asked for, and with what went wrong."""

import atexit
import sys
from pathlib import Path

from wattrag.study.job import error_lines


def report_unless_preview(**settings):
    """Write the report, except after a dry run, which Snakemake 9.27 does not leave out."""
    if not workflow.dryrun:
        write_report(**settings)


write_report = workflow.create_report
workflow.create_report = report_unless_preview


def end_with_error_lines(logs):
    """Let each failed job's one clear line be the last of all output."""
    text = "\n".join(Path(log).read_text(errors="replace") for log in logs)
    for line in error_lines(text):
        atexit.register(print, line, file=sys.stderr)
