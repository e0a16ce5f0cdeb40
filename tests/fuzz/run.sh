#!/bin/sh
# run.sh FOLDER SECONDS: libFuzzer over the readers of configs and traces, from all we have.
# The corpus grows in FOLDER/corpus from run to run; what breaks it lands in FOLDER/crash-*.
set -eu

dir=$1
seconds=$2
mkdir -p "$dir/corpus" "$dir/seeds"
# One name each: several folders may hold files of one name.
find configs tests/bad -name '*.*json' -size -64k | while read -r f; do
    cp "$f" "$dir/seeds/$(echo "$f" | tr / _)"
done
# libFuzzer refuses an empty dictionary: the first word is there whatever the sources say.
find sim models -name '*.c' -exec sed -n 's/.*"\([A-Za-z_]\{2,\}\)".*/"\1"/p' {} + >"$dir/words"
echo '"tasks"' >>"$dir/words"
exec "$dir/fuzz_config" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=16384 \
    -dict="$dir/words" -print_final_stats=1 -verbosity=1 -artifact_prefix="$dir/" \
    "$dir/corpus" "$dir/seeds"
