"""Records that are no cases: visits, schedules, returns."""
