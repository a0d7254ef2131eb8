"""The version of everything that turns evidence into answers."""

ANSWERING_VERSION = 2
"""Raise it when prompts, deepening, parsing or normalisation change an answer."""
