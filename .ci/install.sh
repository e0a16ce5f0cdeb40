#!/bin/sh
# install.sh SET...: install the Debian packages that a set needs and that are missing.
#
#   build         a C compiler, make, cJSON; and, but it goes without: librsvg
#   test          build, and Check, Python and jsonschema (an independent validator)
#   lint          test, and clang, its sanitizer runtime, clang-tidy, clang-format, cppcheck
#   readers       test, and the programs that read exports: perf, trace-cmd, babeltrace2,
#                 GTKWave (for its converter), Node and npm
#   browser       build, and Chromium, Node and npm, for the page to explore
#   repeat-cross  lint, and what clang needs to build for i386 and aarch64, and qemu-user
#
# Quick when nothing is missing: what counts is the tool or header, not the package, so a
# hand-built compiler or cJSON is as good.  Needs root or sudo only when it has to install.
set -eu

missing='' wished=''
want() { # PACKAGE COMMAND...: the package is missing unless the command succeeds
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}
wish() { # the same, of what the build can do without
    before=$missing
    want "$@"
    [ "$missing" = "$before" ] || wished="$wished $1"
    missing=$before
}
have() { command -v "$1"; }
header() { # any compiler's answer counts
    for cc in gcc clang cc; do
        ! echo "#include <$1>" | $cc -E -x c - || return 0
    done
    return 1
}
compiler() { have gcc || have clang; }
jsonschema() { "${PYTHON:-python3}" -c 'import jsonschema'; }
sanitizers() { # clang links its own runtime, which Debian packs apart
    dir=$(clang -print-resource-dir) && find "$dir/lib" -name '*clang_rt.fuzzer*' | grep .
}

set_build() {
    want gcc compiler
    want libc6-dev header stdio.h
    want make have make
    want libcjson-dev header cjson/cJSON.h
    wish pkg-config have pkg-config
    wish librsvg2-dev pkg-config --exists librsvg-2.0 cairo-pdf # PNG and PDF of pictures
}
set_test() {
    set_build
    want check header check.h
    want pkg-config have pkg-config
    want python3 have "${PYTHON:-python3}"
    want python3-jsonschema jsonschema
}
set_lint() {
    set_test
    want gcc have gcc # beside clang, to compare the two
    want clang have clang
    want libclang-rt-dev sanitizers
    want clang-tidy have clang-tidy
    want clang-format have clang-format
    want cppcheck have cppcheck
}
set_readers() {
    set_test
    want linux-perf have perf
    want trace-cmd have trace-cmd
    want babeltrace2 have babeltrace2
    want gtkwave have vcd2fst
    want nodejs have node
    want npm have npm
}
set_browser() {
    set_build
    want chromium browser
    want nodejs have node
    want npm have npm
}
browser() { [ -n "${CHROMIUM:-}" ] || have chromium || have chromium-browser || have google-chrome; }
# clang compiles for all of them and lacks only libraries and linkers.  The gcc packages for
# i386 and aarch64 would push out gcc-multilib, which somebody may need.
set_repeat_cross() {
    set_lint
    v=$(gcc -dumpversion 2>/dev/null | cut -d. -f1)
    for arch in i386:i686 arm64:aarch64; do
        triple=${arch#*:}-linux-gnu
        want "binutils-$triple" have "$triple-ld"
        want "libc6-dev-${arch%:*}-cross" test -e "/usr/$triple/lib/crt1.o"
        want "libgcc-${v:-12}-dev-${arch%:*}-cross" test -e "/usr/lib/gcc-cross/$triple/${v:-12}/crtbegin.o"
    done
    want qemu-user have qemu-aarch64
}

for name in "${@:-build}"; do
    case $name in
    build) set_build ;;
    test) set_test ;;
    lint) set_lint ;;
    readers) set_readers ;;
    browser) set_browser ;;
    repeat-cross) set_repeat_cross ;;
    *)
        echo "install.sh: no set '$name'; there are: build, test, lint, readers, browser, repeat-cross" >&2
        exit 2
        ;;
    esac
done
# Each package once, though sets that contain each other ask for it, and one that is wanted is
# not wished for as well; nothing left to do when there is none.
once() { printf '%s\n' "$@" | sed '/^$/d' | sort -u; }
# shellcheck disable=SC2086 # lists of packages
{
    missing=$(once $missing)
    wished=$(once $wished | grep -vxF "${missing:-none}" || true)
    missing=$(echo $missing)
    wished=$(echo $wished)
}
[ -n "$missing$wished" ] || exit 0

root=''
if ! have apt-get >/dev/null; then
    [ -n "$missing" ] || exit 0 # it goes without
    echo "install.sh: missing: $missing" >&2
    echo "    These are Debian's names and there is no apt-get here: install what provides" >&2
    echo "    them on this system, then run make again." >&2
    exit 1
fi
if [ "$(id -u)" != 0 ]; then
    root=sudo
    if ! have sudo >/dev/null; then
        [ -n "$missing" ] || exit 0
        echo "install.sh: missing: $missing" >&2
        echo "    Installing needs root and there is no sudo.  As root:" >&2
        echo "    apt-get install $missing" >&2
        exit 1
    fi
fi

echo "install.sh: installing $missing${missing:+${wished:+ }}$wished"
apt() { # quiet unless it fails
    log=$(mktemp)
    if ! $root env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" >"$log" 2>&1; then
        tail -n 15 "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}
# An old list may name versions that are gone, so it is renewed first; should that fail
# (one source of several down), the install may still succeed.
apt update || echo "install.sh: apt-get update failed; trying with the lists there are" >&2
# shellcheck disable=SC2086 # a list of packages
if [ -n "$missing" ] && ! apt install --no-remove --no-install-recommends $missing; then
    echo "install.sh: apt-get could not install: $missing" >&2
    [ -z "$root" ] || echo "    Was sudo refused?  As root: apt-get install $missing" >&2
    exit 1
fi
# shellcheck disable=SC2086 # a list of packages
if [ -n "$wished" ] && ! apt install --no-remove --no-install-recommends $wished; then
    echo "install.sh: going on without: $wished" >&2
fi
