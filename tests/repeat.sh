#!/bin/sh
# repeat.sh native|cross CONFIG...: does every build give every config the same digests?
#
# native: gcc and clang, each at -O0, -O2, -O3.  cross: clang for i386 and aarch64, the latter
# under qemu-user, compared with this machine's own build.  The builds land in build/repeat/.
# Exits 1 with the names of what differs.
set -eu

mode=$1
shift
[ $# -gt 0 ] || { echo "repeat: no configs" >&2; exit 1; }
out=build/repeat
root=$(pwd)
mkdir -p "$out"

build() { # NAME CC OPT [LDFLAGS]
    make -s --no-print-directory -j2 B="$out/$1" CC="$2" OPT="$3" LDFLAGS="${4:-}" SAN= RSVG= \
        "$out/$1/quanta"
}

# Digests of all configs, by the build NAME, run by the words that follow.  A run that ends in
# a fault or a deadlock (exit 1), as some lessons do on purpose, has a digest all the same.
digests() { # NAME WORDS... -- CONFIG...
    name=$1 words=''
    shift
    while [ "$1" != -- ]; do words="$words $1"; shift; done
    shift
    : >"$out/$name.digests"
    for config; do
        status=0
        # shellcheck disable=SC2086 # words, on purpose
        $words "$out/$name/quanta" run --digest "$config" >"$out/$name.one" || status=$?
        if [ $status -gt 1 ] && [ $status != 3 ] || ! [ -s "$out/$name.one" ]; then
            echo "repeat: $name: run --digest $config: exit $status" >&2
            exit 1
        fi
        cat "$out/$name.one" >>"$out/$name.digests"
        # A picture has the same bytes, too.
        # shellcheck disable=SC2086 # words, on purpose
        $words "$out/$name/quanta" plot "$config" >"$out/$name.one"
        printf '%s  %s  picture\n' "$(cksum <"$out/$name.one")" "$config" >>"$out/$name.digests"
    done
}

# What a foreign libcjson needs is fetched into build/, through lists of its own: the
# system's architectures stay as they are, and no root is needed.
fetch_cjson() { # DEBIAN-ARCH
    dir=$root/$out/$1-cjson
    [ -e "$dir/lib/libcjson.so" ] && return
    mkdir -p "$dir/apt/lists/partial" "$dir/apt/cache/archives/partial" "$dir/lib"
    : >"$dir/apt/status"
    set -- "$1" -q -o "APT::Architecture=$1" -o "APT::Architectures=$1" -o APT::Sandbox::User=root \
        -o "Dir::State::Lists=$dir/apt/lists" -o "Dir::State::status=$dir/apt/status" \
        -o "Dir::Cache=$dir/apt/cache"
    arch=$1
    shift
    # A mirror in the middle of a sync fails some lists; the one with cJSON may be whole.
    apt-get "$@" update >"$dir/apt/log" 2>&1 || :
    if ! { cd "$dir/apt" && apt-get "$@" download libcjson1; } >>"$dir/apt/log" 2>&1; then
        echo "repeat: cannot fetch libcjson1 for $arch:" >&2
        tail "$dir/apt/log" >&2
        exit 1
    fi
    cd "$root"
    dpkg -x "$dir"/apt/libcjson1_*_"$arch".deb "$dir/root"
    cp "$dir"/root/usr/lib/*/libcjson.so.1 "$dir/lib/"
    ln -sf libcjson.so.1 "$dir/lib/libcjson.so"
    mkdir -p "$dir/include"
    cp -r "$(printf '#include <cjson/cJSON.h>\n' | gcc -E -x c - | \
        sed -n 's|^# 1 "\(.*\)/cJSON.h".*|\1|p' | head -n 1)" "$dir/include/"
}

cross() { # NAME TRIPLE LOADER
    cjson=$root/$out/$1-cjson
    fetch_cjson "$1"
    build "$1" "clang --target=$2 -isystem $cjson/include -isystem /usr/$2/include" -O2 \
        "-L$cjson/lib -L/usr/$2/lib -Wl,-rpath,$cjson/lib:/usr/$2/lib -Wl,--dynamic-linker,/usr/$2/lib/$3"
}

case $mode in
native)
    names=''
    for cc in gcc clang; do
        for opt in -O0 -O2 -O3; do
            build "$cc$opt" "$cc" "$opt"
            digests "$cc$opt" -- "$@"
            names="$names $cc$opt"
        done
    done
    ;;
cross)
    names='gcc-O2 i386 arm64'
    build gcc-O2 gcc -O2
    cross i386 i686-linux-gnu ld-linux.so.2
    cross arm64 aarch64-linux-gnu ld-linux-aarch64.so.1
    digests gcc-O2 -- "$@"
    digests i386 -- "$@"
    digests arm64 qemu-aarch64 -- "$@"
    ;;
*)
    echo "repeat: native or cross, not '$mode'" >&2
    exit 2
    ;;
esac

first='' failed=0
for name in $names; do
    [ -n "$first" ] || { first=$name; continue; }
    if ! diff "$out/$first.digests" "$out/$name.digests" >"$out/$name.diff"; then
        echo "repeat: $first and $name differ:" >&2
        sed -n 's/^[<>] [0-9a-f]*  */    /p' "$out/$name.diff" | sort -u >&2
        failed=1
    fi
done
[ $failed = 0 ] || exit 1
echo "repeat: $(wc -l <"$out/$first.digests") digests the same in$(for n in $names; do printf ' %s' "$n"; done)"
