# SPDX-License-Identifier: GPL-2.0
# Sourced in L1 by what measures there.
# shellcheck shell=sh
set -u
export PATH=/hvpart/bin:$PATH

die() { echo "bench: $*"; dmesg | tail -5; exit 1; }
# stats_of NAME KEY: all that have the key, the partition's and its VPs', in their order
stats_of() { partctl stat "$1" --json | sed -n "s/^ *\"$2\": *\([0-9]*\).*/\1/p"; }

# run_guest KEY COUNT "WORDS" [OPTION]...: the bench guest g, to its end; who calls
# looks at its counters and destroys it
run_guest() {
	key=$1 count=$2 words=$3; shift 3
	partctl create g --kernel /guests/bench.elf --memory 64M --on-poweroff preserve \
		--cmdline "only=$key count=$count $words" "$@" >/dev/null || die "create for $key"
	partctl start g || die "start for $key"
	i=0
	until partctl info g --json | grep -q '"state": "stopped"'; do
		sleep 0.2; i=$((i + 1)); [ $i -lt 300 ] || die "no end of $key"
	done
	ticks=$(partctl console g </dev/null | sed -n "s/.*@@bench $key [0-9]* \([0-9]*\).*/\1/p")
	[ "$ticks" ] || die "no figure of $key"
}
