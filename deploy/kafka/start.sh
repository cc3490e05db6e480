#!/bin/bash
# The command of the kafka container. The admin is written into the storage before the first start,
# because nobody could make it afterwards; later starts leave the storage as it is.
# Its password is of letters, digits, "-" and "_" only.
set -euo pipefail
password=$(< "${KAFKA_ADMIN_PASSWORD_FILE:-/run/secrets/wardbook_admin_kafka_password}")
/opt/kafka/bin/kafka-storage.sh format --ignore-formatted --cluster-id "$CLUSTER_ID" \
    --config /mnt/shared/config/server.properties \
    --add-scram "SCRAM-SHA-512=[name=admin,password=$password]"
exec /etc/kafka/docker/run
