"""What the projects ask for: small programs on top of the library."""
