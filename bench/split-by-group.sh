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

# Each of the loops that run side by side takes its share of the groups. Waited for one by one: `wait -n` misses a job
# that has ended before it is asked.
jobs=()
for ((first = 0; first < at_once; first++)); do
  for ((group = first; group < groups; group += at_once)); do
    one "$group" "$@" || exit 1
  done &
  jobs+=($!)
done
for job in "${jobs[@]}"; do wait "$job" || exit 1; done
