#!/bin/bash
# base.sh FOLDER [KEEP]: a base backup of the server into FOLDER/base, checked and named by the moment
# at which it was done. The last KEEP (2) stay, with the log that they need; what is older is removed.
# Where the server is, and who asks, is told as to every client: PGHOST, PGPORT, PGUSER, PGPASSWORD.
set -euo pipefail
folder=${1:?name the folder of the backups} keep=${2:-2}
partial="$folder/base/partial"
mkdir -p "$folder/base"
rm -rf "$partial"
pg_basebackup --pgdata "$partial" --checkpoint fast --wal-method stream
pg_verifybackup --quiet "$partial"
done="$folder/base/$(date --utc +%Y%m%dT%H%M%SZ)"
mv "$partial" "$done"

mapfile -t bases < <(ls -d "$folder"/base/*Z | sort)
if (( ${#bases[@]} > keep )); then
    rm -rf "${bases[@]:0:${#bases[@]}-keep}"
fi
oldest=$(ls -d "$folder"/base/*Z | sort | head -n 1)
pg_archivecleanup "$folder/wal" "$(sed -n 's/^START WAL LOCATION.*(file \(.*\))$/\1/p' "$oldest/backup_label")"
echo "$done"
