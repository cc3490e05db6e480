#!/bin/bash
# recover.sh FOLDER DATA [TIME]: makes the data folder DATA, which must not be there, from the backups in
# FOLDER: as it was at TIME (2026-03-02 09:30:00+07), or at the end of the archive. The server's next
# start on it replays the log up to there and goes on as a server of its own.
set -euo pipefail
folder=$(realpath "${1:?name the folder of the backups}") data=${2:?name the data folder} time=${3:-}
[ ! -e "$data" ] || { echo "$data is there: move it away first" >&2; exit 1; }
until=$(date --utc --date "${time:-now}" +%Y%m%dT%H%M%SZ)
base=
for one in $(ls "$folder/base" | grep 'Z$' | sort); do
    if [[ ! $one > $until ]]; then base=$one; fi
done
[ -n "$base" ] || { echo "no base backup was done before $time" >&2; exit 1; }

cp --archive "$folder/base/$base" "$data"
{
    echo "restore_command = 'cp \"$folder/wal/%f\" \"%p\"'"
    if [ -n "$time" ]; then
        echo "recovery_target_time = '$time'"
        echo "recovery_target_action = 'promote'"
    fi
} >> "$data/postgresql.auto.conf"
touch "$data/recovery.signal"
chown --recursive --reference "$folder/wal" "$data"
echo "$data is from $base, and is replayed to ${time:-the end of the archive}"
