"""Auditing a results tree: each module looks for one kind of trouble."""
