"""The command `wardbook`, by which operators do and ask what the parts themselves can."""
