"""Numbers and units as people write them: finding them in text, converting between units."""
