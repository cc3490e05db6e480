"""`make bench`: what the fold, the commands and the report cost, beside what others would write."""
