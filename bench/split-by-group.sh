#!/usr/bin/env bash
# split-by-group.sh folder prefix groups at-once rows-per-file sql client-words…
#
# One query for each group, `@group@` in `sql` being its number, cut by lines into files of gzip, some queries at once.
set -o pipefail
folder=$1 prefix=$2 groups=$3 at_once=$4 rows=$5 sql=$6
shift 6

one() {
  "${@:2}" "${sql//@group@/$1}" |
    split -l "$rows" -a 4 -d --filter 'gzip -6 > "$FILE.csv.gz"' - "$folder/${prefix}_$1-"
}

for ((group = 0; group < groups; group++)); do
  if ((group >= at_once)); then wait -n || exit 1; fi
  one "$group" "$@" &
done
for job in $(jobs -p); do wait "$job" || exit 1; done
