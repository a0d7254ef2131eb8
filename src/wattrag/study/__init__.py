"""A study resolved from its configuration: which jobs it has and what determines each result."""
