# Short names for what is done often; Scripts/play and Scripts/test are all a newcomer needs.

PREFIX ?= /usr/local
FUZZ_SECONDS ?= 60

.PHONY: play test test-neon check format bench fuzz record-goldens install

play:
	Scripts/play

# Arguments go to swift test: make test ARGS="--filter TraceFile"
test:
	swift test $(ARGS)

# The kernels for NEON, on emulated processors.
test-neon:
	Scripts/test-neon

# What CI runs.
check:
	Scripts/test

format:
	swift format --in-place --recursive Package.swift Sources Tests

bench:
	swift build -c release --product unmask
	.build/release/unmask bench

fuzz:
	UNMASK_FUZZ_SECONDS=$(FUZZ_SECONDS) swift test --filter Fuzz

# Writes the golden files anew; the tests fail, so that nobody does it by accident.
record-goldens:
	RECORD_GOLDEN=1 swift test

install:
	swift build -c release --product unmask
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/share/unmask"
	install -m 755 .build/release/unmask "$(DESTDIR)$(PREFIX)/bin/unmask"
	cp -R models lessons "$(DESTDIR)$(PREFIX)/share/unmask/"
