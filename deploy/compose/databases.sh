#!/bin/bash
# Run once by the postgres image on an empty volume: five databases, each of a role that owns only it.
set -euo pipefail
for service in registry permits petitions returns reporting; do
    address=$(< "/run/secrets/${service}_database") # postgresql://ROLE:PASSWORD@postgres/DATABASE
    password=${address#*://*:}
    psql --username "$POSTGRES_USER" --set ON_ERROR_STOP=1 \
        --set service="$service" --set password="${password%@*}" <<'SQL'
CREATE ROLE :"service" LOGIN PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"service";
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
SQL
done
