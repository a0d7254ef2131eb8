"""Metrics of other benchmarks, one a file: the answer as text against the accepted ones."""
