"""How Wardbook is run: embedded on one machine or in containers; the sample ward; monitoring."""
