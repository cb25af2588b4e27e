#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1 with two CPUs, without icount: what an IPI to a VP that runs on the
# other CPU takes of its sender, in world switches. Those that the root's own
# timer interrupts add are in it.
set -u
export PATH=/hvpart/bin:$PATH
die() { echo "bench: $*"; dmesg | tail -5; exit 1; }
sender() { partctl stat g --json | sed -n 's/^ *"world_switches": *\([0-9]*\).*/\1/p' | head -1; }

# switches COUNT: of VP 0, over a run that sends COUNT
switches() {
	partctl create g --kernel /guests/bench.elf --memory 64M --vps 2 --on-poweroff preserve \
		--cmdline "cpus=2 only=child_ipi_other_vp count=$1" >/dev/null || die "create"
	partctl start g || die "start"
	i=0
	until partctl info g --json | grep -q '"state": "stopped"'; do
		sleep 0.2; i=$((i + 1)); [ $i -lt 300 ] || die "no end"
	done
	partctl console g </dev/null | grep -q '@@bench child_ipi_other_vp' || die "no IPIs"
	n=$(sender)
	partctl destroy g >/dev/null
}

partctl enable --module /hvpart.ko >/dev/null || die "enable"
switches 1; few=$n
switches 5001
echo "@@smp child_ipi_other_vp $(echo "$few $n" | awk '{ printf "%.2f", ($2 - $1) / 5000 }')"
partctl disable >/dev/null || die "disable"
echo "@@bench smp done"
