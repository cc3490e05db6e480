"""The recount: what reporting holds, held against the log from which it was folded."""
