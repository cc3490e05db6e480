"""Files of cases: a register's rows, each taken as the steps of a case, by the usual decisions."""
