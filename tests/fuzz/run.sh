#!/bin/sh
# run.sh FOLDER SECONDS: libFuzzer over all targets in FOLDER, two at a time, which share the
# time; from all we have.  A corpus grows in FOLDER/corpus/TARGET from run to run; what breaks a
# target lands in FOLDER/TARGET-*, its messages in FOLDER/TARGET.log.
set -eu

dir=$1
seconds=$2
quanta=$dir/quanta
export ASAN_OPTIONS=quarantine_size_mb=8

# ---- seeds ---------------------------------------------------------------------

# One name each: several folders may hold files of one name.
copies() { # FOLDER FILE...
    into=$1
    shift
    mkdir -p "$into"
    for f; do
        cp "$f" "$into/$(echo "$f" | tr / _)"
    done
}

# What short runs look like in a format that is read again.
exports() { # FORMAT FOLDER CONFIG...
    format=$1
    into=$2
    shift 2
    mkdir -p "$into"
    for f; do
        variant=$("$quanta" run --json "$f" 2>/dev/null |
            sed -n 's/^.*"variant":[^"]*"\([^"]*\)".*$/\1/p' | head -n 1)
        "$quanta" export --to "$format" --variant "$variant" --until 20ms "$f" \
            -o "$into/$(basename "$f").$format" 2>/dev/null || true
    done
    find "$into" -name "*.$format" -size +32k -delete
}

configs=$(find configs -name '*.json' -size -16k ! -name schema.json)
# shellcheck disable=SC2046,SC2086
{
    copies "$dir/seeds/config" $configs $(find tests/bad -name '*.json' -size -16k)
    copies "$dir/seeds/draw" $configs
    copies "$dir/seeds/diff" $configs
    copies "$dir/seeds/trace" $(find tests/bad -name '*.ndjson')
    copies "$dir/seeds/import" $(find tests/traces -type f -size -64k)
}
if [ ! -e "$dir/seeds/exported" ]; then
    exports ndjson "$dir/seeds/trace" configs/lessons/*.json configs/races/*.json
    exports ftrace "$dir/seeds/import" configs/lessons/0*.json
    exports chrome "$dir/seeds/import" configs/lessons/0*.json
    touch "$dir/seeds/exported"
fi
mkdir -p "$dir/seeds/expr"
n=0
# shellcheck disable=SC2086
sed -n 's/.*"\(while\|if\|assert\|set\|atomic\|value\)": *"\([^"]*\)".*/\2/p' $configs | sort -u |
    while read -r line; do
        n=$((n + 1))
        printf '%s' "$line" >"$dir/seeds/expr/$n"
    done

# libFuzzer refuses an empty dictionary: the first word is there whatever the sources say.
find sim models plots -name '*.c' -exec sed -n 's/.*"\([A-Za-z_]\{2,\}\)".*/"\1"/p' {} + |
    sort -u >"$dir/words"
echo '"tasks"' >>"$dir/words"

# ---- the targets ---------------------------------------------------------------

fuzz() { # TARGET SECONDS
    mkdir -p "$dir/corpus/$1"
    if ! "$dir/fuzz_$1" -max_total_time="$2" -timeout=20 -rss_limit_mb=2048 -max_len=32768 \
        -dict="$dir/words" -print_final_stats=1 -verbosity=1 -artifact_prefix="$dir/$1-" \
        "$dir/corpus/$1" "$dir/seeds/$1" >"$dir/$1.log" 2>&1; then
        tail -n 40 "$dir/$1.log"
        echo "fuzz_$1: something is wrong, see $dir/$1.log" >&2
        return 1
    fi
    echo "fuzz_$1: $(sed -n 's/^stat::number_of_executed_units: *//p' "$dir/$1.log") inputs," \
        "$(sed -n 's/.* cov: \([0-9]*\).*/\1/p' "$dir/$1.log" | tail -n 1) edges in $2 s"
}

lane() { # SECONDS TARGET...
    each=$(($1 / ($# - 1)))
    shift
    for target; do
        fuzz "$target" "$((each > 0 ? each : 1))" || return 1
    done
}

lane "$seconds" config trace import &
other=$!
code=0
lane "$seconds" draw diff expr || code=1
wait "$other" || code=1
exit "$code"
