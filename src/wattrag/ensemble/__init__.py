"""Ensembles: one submission from the votes of several."""
