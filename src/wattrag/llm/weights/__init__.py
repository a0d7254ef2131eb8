"""Weights on this machine: pinned, downloaded ahead, found without going online."""
