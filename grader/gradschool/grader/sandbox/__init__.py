"""The only package that starts processes: a student's code runs here, and only here."""
