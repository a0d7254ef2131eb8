"""Readers: one file format each, from bytes to sections, paragraphs and sentences."""
