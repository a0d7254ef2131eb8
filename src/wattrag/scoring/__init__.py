"""Scores of submissions: one metric a file, their rules, intervals and comparisons."""
