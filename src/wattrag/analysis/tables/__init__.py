"""Tables over experiments: each module turns experiments into one table."""
