#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1 with two CPUs, without icount: what an IPI to a VP that runs on the
# other CPU takes of its sender, in world switches. Those that the root's own
# timer interrupts add are in it.
. /bench/lib.sh

# switches COUNT: of VP 0, over a run that sends COUNT
switches() {
	run_guest child_ipi_other_vp "$1" cpus=2 --vps 2
	n=$(stats_of g world_switches | head -1)
	partctl destroy g >/dev/null
}

partctl enable --module /hvpart.ko >/dev/null || die "enable"
switches 1; few=$n
switches 5001
echo "@@smp child_ipi_other_vp $(echo "$few $n" | awk '{ printf "%.2f", ($2 - $1) / 5000 }')"
partctl disable >/dev/null || die "disable"
echo "@@bench smp done"
