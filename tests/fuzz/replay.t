#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The kept inputs of one fuzz target after the other; one TAP stream.
set -u
n=0
for name in memory_map plan parse config elf tables image; do
	n=$((n + 1))
	if out=$(build/replay_$name "tests/fuzz/corpus/$name" tests/maps tests/logs 2>&1); then
		echo "ok $n - $name: $(echo "$out" | grep -c '^ok') inputs"
	else
		echo "not ok $n - $name"
		echo "$out" | grep -v '^ok' | sed 's/^/# /'
		echo "# after the input $(echo "$out" | grep '^ok' | tail -1)"
	fi
done
echo "1..$n"
