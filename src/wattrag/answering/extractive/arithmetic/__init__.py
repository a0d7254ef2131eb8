"""Small arithmetic: what a question wants computed, from which quantities, and the result."""
