"""Construction permits, repairs, start notices, boundary markings, land files."""
