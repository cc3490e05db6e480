"""The console: pages on which a city looks at its units."""
