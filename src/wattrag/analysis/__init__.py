"""What scored experiments say together: tables and plots, one a file."""
