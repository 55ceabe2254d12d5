#!/usr/bin/env bash
# bids-validator-deno 3.0.2 says that a table is valid of which it read 1000 rows, and does not say that it stopped there.
#
# Expected: an onset that is no number is an error wherever it stands in `events.tsv`. A set of exercises of half an hour has
#           more rows than that.
# Seen:     in row 500 it is TSV_VALUE_INCORRECT_TYPE; in row 1500 the data set is valid, and no line tells of the rows that
#           were not looked at. With --max-rows -1 it is found.
set -eu
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT
python3 -m venv "$box/venv"
"$box/venv/bin/pip" install -q --disable-pip-version-check bids-validator-deno==3.0.2
mkdir -p "$box/set/sub-01/motion"
cd "$box/set"
echo '{"Name": "circles", "BIDSVersion": "1.10.0", "DatasetType": "raw", "License": "CC0", "Authors": ["A"]}' > dataset_description.json
echo "Circles of the shoulder, recorded with one inertial sensor that is worn on it. Nothing in it is real." > README
printf 'participant_id\nsub-01\n' > participants.tsv
name=sub-01/motion/sub-01_task-circles
printf 'name\tcomponent\ttype\ttracked_point\tunits\n' > ${name}_tracksys-clip_channels.tsv
for axis in x y z; do printf "acc_$axis\t$axis\tACCEL\tshoulder\tm/s^2\n"; done >> ${name}_tracksys-clip_channels.tsv
echo '{"TaskName": "circles", "SamplingFrequency": 50.0, "TrackingSystemName": "clip"}' > ${name}_tracksys-clip_motion.json
for _ in $(seq 3000); do printf '0.1\t0.1\t9.81\n'; done > ${name}_tracksys-clip_motion.tsv
errors() { # row with an onset that is none, and options: the codes of all errors
    python3 -c "
print('onset\tduration')
for row in range(2000): print('soon' if row == $1 else row, 1, sep='\t')" > ${name}_events.tsv
    shift
    "$box/venv/bin/bids-validator-deno" . --json "$@" 2> "$box/log" | python3 -c "
import json, sys
issues = json.load(sys.stdin)['issues']['issues']
print(' '.join(sorted({each['code'] for each in issues if each['severity'] == 'error'})) or 'valid')"
}
echo "bids-validator-deno 3.0.2"
for run in "500:TSV_VALUE_INCORRECT_TYPE" "1500:valid" "1500 --max-rows -1:TSV_VALUE_INCORRECT_TYPE"; do
    found=$(errors ${run%%:*})
    echo "onset that is no number in row ${run%%:*}: $found"
    [ "$found" = "${run##*:}" ]
done
