"""Sweeps resolved: the settings of each point, the experiments they need, the votes they make."""
