"""The `wattrag` command: one file per command."""
