"""Typed settings: the one source of defaults, validation, schema and reference docs."""
