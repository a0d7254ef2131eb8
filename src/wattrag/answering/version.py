"""The version of everything that turns evidence into answers."""

ANSWERING_VERSION = 3
"""Raise it when prompts, deepening, parsing or normalisation change an answer."""
