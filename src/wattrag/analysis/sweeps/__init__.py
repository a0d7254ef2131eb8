"""Sweeps over settings: predictions of every point, their scores, what each setting changes."""
