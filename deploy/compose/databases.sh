#!/bin/bash
# Run once by the postgres image on an empty volume: five databases, each of a role that owns only it.
# A password is that of the variable, or what stands in the file that …_PASSWORD_FILE names.
set -euo pipefail
for service in registry permits petitions returns reporting; do
    variable="${service^^}_PASSWORD"
    file="${variable}_FILE"
    password=${!variable:-$(< "${!file:?neither $variable nor $file is set}")}
    psql --username "$POSTGRES_USER" --set ON_ERROR_STOP=1 --quiet --output /dev/null \
        --set service="$service" --set password="$password" \
        --set file="${SERVICE_SQL:-/etc/wardbook/service.sql}" <<'SQL'
SELECT set_config('wardbook.service', :'service', false), set_config('wardbook.password', :'password', false);
\i :file
SQL
done
