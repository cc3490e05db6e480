-- One service on a PostgreSQL server: its role and its database, closed to everybody else. Run it as the
-- superuser for each service, again at any time, after
--   SELECT set_config('wardbook.service', NAME, false), set_config('wardbook.password', PASSWORD, false);
-- Each query gives the statement that psql or deploy/databases.py then executes: CREATE takes no parameters,
-- and PostgreSQL quotes names and the password itself (%I, %L).

SELECT format('CREATE ROLE %I', current_setting('wardbook.service'))
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = current_setting('wardbook.service'))
\gexec
-- It can log in, and that is all; forty sessions of it leave others their part of the usual hundred.
SELECT format(
    'ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS'
    ' CONNECTION LIMIT 40 PASSWORD %L',
    current_setting('wardbook.service'), current_setting('wardbook.password'))
\gexec
-- It owns its database, because it makes its tables itself, and reporting makes schemas too.
SELECT format('CREATE DATABASE %1$I OWNER %1$I', current_setting('wardbook.service'))
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = current_setting('wardbook.service'))
\gexec
-- Everybody may connect to a new database, and to those that are there from the beginning.
SELECT format('REVOKE ALL ON DATABASE %I, postgres, template1 FROM PUBLIC', current_setting('wardbook.service'))
\gexec
