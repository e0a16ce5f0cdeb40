# make              build/quanta              make test      all tests, the example included
# make demo         installs, builds, shows   make asan      tests under ASan and UBSan
# make bench        speed and bytes           make fuzz      FUZZ_SECONDS (60), all targets
# make node-check   programs for node: golden ones and NODE_SEEDS (100) random ones, beside node
# make browser-check  pages: golden ones and BROWSER_SEEDS (40) random ones, beside Chromium
# make pthreads-check  programs of threads: compiled, and some run, by the real kernel
# make readers      exports, read back by the programs they are made for
# make page         bundles plots/page/       make page-test  the page, in Node and in Chromium
# make lint format  the code's looks          make repeat    one digest from every compiler and -O level
# make walk         every key at and beyond its limits, and mutated configs: the reader beside the schema
# make schema       configs/schema.json       make repeat-cross  the same from i386 and aarch64
# make install      PREFIX, DESTDIR           make compile_commands.json
#
# B is the build folder: other compilers, options and people build beside each other.  CC, OPT,
# SAN=address,undefined and WERROR=1 are all the switches there are; the compile line is kept in
# $B/flags, so changing one of them rebuilds what it must.  V=1 shows each command.

VERSION := 0.1.0
CC      := $(if $(filter default,$(origin CC)),$(if $(shell command -v gcc),gcc,clang),$(CC))
B       ?= build
OPT     ?= -O2 -g
PREFIX  ?= /usr/local
PYTHON  ?= python3
FUZZ_SECONDS ?= 60
NODE_SEEDS ?= 100
BROWSER_SEEDS ?= 40

WARN   := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
          -Wmissing-prototypes -Wcast-qual -Wwrite-strings -Wformat=2 -Wundef -Wvla \
          -Wdouble-promotion $(if $(WERROR),-Werror)
SANITY := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
DEFS   := -D_XOPEN_SOURCE=700 -DQUANTA_VERSION='"$(VERSION)"' -I.
CFLAGS := -std=c11 $(OPT) $(WARN) -ffp-contract=off -fno-common $(SANITY)
CDEPS  := -MMD -MP
LDLIBS ?= -lcjson
# Pictures as PNG and PDF, where librsvg is there; RSVG= builds without it, and so do sanitizers, as
# what fontconfig keeps until the end would be called a leak.
RSVG   := $(if $(filter undefined,$(origin RSVG)),$(if $(SAN),,$(shell \
          pkg-config --exists librsvg-2.0 cairo-pdf 2>/dev/null && echo 1)),$(RSVG))
RASTER := $(if $(RSVG),$(shell pkg-config --libs librsvg-2.0 cairo-pdf))
RASTER_DEFS := $(if $(RSVG),-DQUANTA_RSVG $(patsubst -I%,-isystem %,$(shell pkg-config --cflags librsvg-2.0 cairo-pdf)))
CHECK   = $(shell pkg-config --libs check 2>/dev/null || echo -lcheck)
AR     := ar

LIB   := $(sort $(wildcard sim/*.c models/*/*.c plots/*.c))
CLI   := $(sort $(wildcard sim/cli/*.c))
TEST  := $(sort $(filter-out tests/example.c,$(wildcard tests/*.c)))
BENCH := $(sort $(wildcard tests/bench/bench_*.c))
# What several bench programs share; linked into each.
BENCH_LIB := $(sort $(filter-out $(BENCH),$(wildcard tests/bench/*.c)))
EXAMPLE := $(wildcard tests/example.c)
FUZZED  := $(sort $(wildcard tests/fuzz/fuzz_*.c))
# What the fuzz targets share; linked into each.
FUZZ_LIB := $(sort $(filter-out $(FUZZED),$(wildcard tests/fuzz/*.c)))
FUZZERS := $(FUZZED:tests/fuzz/%.c=$B/%)
CONFIGS := $(sort $(shell find configs -name '*.json' ! -name 'schema.json'))
FORMAT  := $(sort $(shell find sim models plots tests -name '*.[ch]'))
obj = $(1:%.c=$B/%.o)
Q    := $(if $(V),,@)
# What is done to which file, where the command itself is not shown.
SAY   = $(if $(V),,@echo '  $(1)  $(or $(2),$@)')

$B/quanta: $(call obj,$(CLI)) $B/libquanta.a
	$(call SAY,LD)
	$Q$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(RASTER)

$B/libquanta.a: $(call obj,$(LIB))
	$(call SAY,AR)
	@rm -f $@
	$Q$(AR) rcs $@ $^

$B/tests/run: $(call obj,$(TEST)) $B/libquanta.a
	$(call SAY,LD)
	$Q$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(CHECK)

$B/tests/example $(BENCH:%.c=$B/%): $B/%: $B/%.o $B/libquanta.a
	$(call SAY,LD)
	$Q$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $B/libquanta.a $(LDLIBS)
$(BENCH:%.c=$B/%): $(call obj,$(BENCH_LIB))

$B/%.o: %.c $B/flags
	$(call SAY,CC,$<)
	@mkdir -p $(@D)
	$Q$(CC) $(DEFS) $(CFLAGS) $(if $(filter sim/cli/raster,$*),$(RASTER_DEFS)) $(CDEPS) -c -o $@ $<

$B/flags: FORCE
	@mkdir -p $B
	@echo '$(subst ','\'',$(CC) $(DEFS) $(CFLAGS) $(RSVG:1=librsvg))' | cmp -s - $@ || \
	    echo '$(subst ','\'',$(CC) $(DEFS) $(CFLAGS) $(RSVG:1=librsvg))' >$@

# ---- looking and testing ---------------------------------------------------

# Installing comes before compiling also under -j: the work is in a second make.
demo: deps-build
	@$(MAKE) --no-print-directory $B/quanta
	$B/quanta compare configs/lessons/01-concurrency-vs-parallelism.json
	$B/quanta plot -o $B/demo.svg configs/lessons/01-concurrency-vs-parallelism.json
	$(if $(shell pkg-config --exists librsvg-2.0 cairo-pdf 2>/dev/null && echo 1),$B/quanta plot -o $B/demo.png configs/lessons/01-concurrency-vs-parallelism.json)
	@echo; echo 'The same as a picture: $B/demo.svg'

test: deps-test
	@$(MAKE) --no-print-directory run-tests

# The tests find what was built, and the project's files, by these two.
run-tests: $B/quanta $B/tests/run $(if $(EXAMPLE),$B/tests/example)
	CK_DEFAULT_TIMEOUT=60 QUANTA_BUILD='$B' PYTHON='$(PYTHON)' $B/tests/run

# A test is a process of its own: freed memory that is kept makes each fork slower.
asan: deps-test
	ASAN_OPTIONS=quarantine_size_mb=8 $(MAKE) --no-print-directory B='$B/asan' OPT='-O1 -g' SAN=address,undefined run-tests

bench: deps-build
	@$(MAKE) --no-print-directory OPT='-O2' B='$B/bench' run-bench

run-bench: $B/quanta $(BENCH:%.c=$B/%)
	@set -e; for b in $(BENCH:%.c=$B/%); do echo "== $${b##*/}"; QUANTA_BUILD='$B' $$b; done

# One digest per config and variant, whatever compiled the simulator.
repeat: deps-lint
	@tests/repeat.sh native $(CONFIGS)

repeat-cross:
	@.ci/install.sh repeat-cross
	@tests/repeat.sh cross $(CONFIGS)

FUZZ := $B/fuzz
fuzz: deps-lint
	@$(MAKE) --no-print-directory B=$(FUZZ) CC=clang OPT='-O1 -g' \
	    SAN=fuzzer-no-link,address,undefined fuzzers
	@tests/fuzz/run.sh $(FUZZ) $(FUZZ_SECONDS)

# Programs for node, run by the node on this machine: the golden ones, and NODE_SEEDS at random;
# and whether a fault would be found.  Where there is no node 20 it says so.
node-check: $B/quanta
	$(PYTHON) tests/node_shrink.py $<
	$(PYTHON) tests/node_check.py $< $(NODE_SEEDS)

PAGE_MODULES := plots/page/node_modules/.package-lock.json
# Pages, opened by the Chromium on this machine, which is driven as for the page's tests.  Where
# there is none it says so.
CHROMIUM_THERE = $(or $(CHROMIUM),$(shell command -v chromium || command -v chromium-browser || \
                 command -v google-chrome))
browser-check: $B/quanta $(if $(CHROMIUM_THERE),$(PAGE_MODULES))
	$(PYTHON) tests/browser_check.py $< $(BROWSER_SEEDS)

# Configs that are a little wrong: quanta reads what the schema allows, and nothing else.
walk: $B/quanta
	$(PYTHON) tests/schema_walk.py $< configs/schema.json

# Programs of threads: they compile without a warning, and some run in quanta's order.
pthreads-check: $B/quanta
	$(PYTHON) tests/pthreads_check.py $<

# Every export, read by perf, trace-cmd, babeltrace2, GTKWave's converter, Perfetto's trace
# processor and speedscope's schema; what they say is compared with the result document.
READERS := tests/readers/node_modules/.package-lock.json
readers: deps-readers
	@$(MAKE) --no-print-directory $B/quanta $(READERS)
	$(PYTHON) tests/readers/readers.py $B/quanta

$(READERS): tests/readers/package-lock.json
	cd tests/readers && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

# The program itself, too: it makes seeds.
fuzzers: $(FUZZERS) $B/quanta

$(FUZZERS): $B/%: $B/tests/fuzz/%.o $(call obj,$(FUZZ_LIB)) $B/libquanta.a
	$(call SAY,LD)
	$Q$(CC) $(CFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)

# The page that `quanta plot -o x.html` writes.  Its bundle is committed: only who changes
# plots/page/ needs Node.
$(PAGE_MODULES): plots/page/package-lock.json
	@.ci/install.sh browser
	cd plots/page && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

page: $(PAGE_MODULES)
	node plots/page/build.mjs

page-test: $B/quanta $(PAGE_MODULES)
	node plots/page/build.mjs --check
	QUANTA='$(abspath $B/quanta)' node --test --test-concurrency=2 plots/page/test/

page-bench: $B/quanta $(PAGE_MODULES)
	QUANTA='$(abspath $B/quanta)' node plots/page/bench.mjs

# ---- the code's looks ------------------------------------------------------

lint: deps-lint compile_commands.json
	$(PYTHON) tests/lint.py
	clang-format --dry-run -Werror $(FORMAT)
	cppcheck --quiet --std=c11 --language=c --error-exitcode=1 --inline-suppr -j2 -I. \
	    --enable=warning,performance,portability --suppressions-list=tests/cppcheck.txt \
	    -D__GNUC__ -DQUANTA_VERSION='""' sim models plots tests
	printf '%s\n' $(LIB) $(CLI) $(TEST) $(BENCH) $(BENCH_LIB) $(EXAMPLE) $(FUZZED) $(FUZZ_LIB) | \
	    xargs -P2 -n4 clang-tidy --quiet -p .

format:
	clang-format -i $(FORMAT)

compile_commands.json: FORCE
	@$(MAKE) -n -B B='$B' run-tests run-bench $(FUZZERS) | $(PYTHON) tests/compile_commands.py >$@.new
	@mv $@.new $@

schema: $B/quanta
	$B/quanta help --schema >$B/schema.json
	mv $B/schema.json configs/schema.json

# ---- leaving the house -----------------------------------------------------

D = $(DESTDIR)$(PREFIX)
install: $B/quanta
	$B/quanta help --man  >$B/quanta.1
	$B/quanta help --bash >$B/quanta.bash
	$B/quanta help --zsh  >$B/_quanta
	install -D -m 755 $B/quanta '$D/bin/quanta'
	install -D -m 644 $B/libquanta.a '$D/lib/libquanta.a'
	install -D -m 644 sim/quanta.h '$D/include/quanta.h'
	install -D -m 644 $B/quanta.1 '$D/share/man/man1/quanta.1'
	install -D -m 644 $B/quanta.bash '$D/share/bash-completion/completions/quanta'
	install -D -m 644 $B/_quanta '$D/share/zsh/site-functions/_quanta'
	@find configs -type f | while read -r f; do \
	    install -D -m 644 "$$f" "$D/share/quanta/$$f" || exit 1; done

clean:
	rm -rf build compile_commands.json

# What a target needs and the machine lacks; quick when nothing is missing.
deps-build deps-test deps-lint deps-readers: deps-%:
	@.ci/install.sh $*

FORCE:
.PHONY: browser-check FORCE demo test run-tests asan bench run-bench repeat repeat-cross fuzz fuzzers node-check walk pthreads-check \
        readers page page-test page-bench lint format \
        schema install clean deps-build deps-test deps-lint deps-readers
.DELETE_ON_ERROR:

-include $(patsubst %.c,$B/%.d,$(LIB) $(CLI) $(TEST) $(BENCH) $(BENCH_LIB) $(EXAMPLE) $(FUZZED) $(FUZZ_LIB))
