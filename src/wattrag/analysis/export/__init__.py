"""Results for a paper: tables, exact versions, hardware and energy, a data card, an archive."""
