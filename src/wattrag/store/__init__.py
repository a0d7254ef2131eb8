"""What must survive a kill: append-only segment files, one per writer, checked by hash."""
