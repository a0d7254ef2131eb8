"""Chat models by provider: one file each, with a function `connect`; `registry` picks."""
