#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1 under icount with one CPU, where a TSC tick is an instruction.
# Prints "@@op KEY instructions=… world_switches=… barriers=… flushes=…" for
# operations and "@@value KEY N" for the rest; selftests/machine/bench reads it.
. /bench/lib.sh
root_exits() { hvp-bench "$1" "$2" | sed -n "s/@@exits $1 //p"; }
info() { partctl info --json | sed -n "s/^ *\"$1\": *\([0-9]*\).*/\1/p" | head -1; }
stat_of() { stats_of "$1" "$2" | tail -1; }

# The work itself varies by half a percent, since the kernel does others of its own
# meanwhile. That only adds: the least of eight, the first of which warms up.
work() {
	for i in 1 2 3 4 5 6 7 8; do hvp-bench work; done |
		sed -n 's/@@work //p' | sort -n | head -1
}

work_before=$(work)
partctl enable --module /hvpart.ko >/dev/null || die "enable"

insmod /hvp_bench.ko && rmmod hvp_bench || die "hvp_bench"
n=$(dmesg | sed -n 's/.*@@bench root_null_hypercall [0-9]* \([0-9]*\)/\1/p' | tail -1)
echo "@@op root_null_hypercall instructions=$n world_switches=1 barriers=0 flushes=0"

# The control: exactly 100 hypercalls must be seen as 100 exits.
echo "@@value root_exits_control_100 $(hvp-bench control 100 | sed -n 's/@@exits control //p')"
echo "@@value root_exits_idle_10s $(root_exits exits 10)"
echo "@@value root_exits_exec_200 $(root_exits exec 200)"
echo "@@value root_work_before $work_before"
echo "@@value root_work_after $(work)"
for leaf in leaf_1g leaf_2m leaf_4k; do echo "@@value root_$leaf $(info $leaf)"; done

# The guest measures, the counters of its VP tell the switches.
for what in io signal post; do
	hvp-bench $what | sed -n 's/^@@bench \([a-z_]*\) .*instructions=\([0-9]*\) world_switches=\([0-9]*\) barriers=\([0-9]*\) flushes=\([0-9]*\) ops=\([0-9]*\)/\1 \2 \3 \4 \5 \6/p' |
		awk '{ printf "@@op %s instructions=%d world_switches=%.2f barriers=%.2f flushes=%.2f\n", $1, $2, 2 * $3 / $6, $4 / $6, $5 / $6 }'
done

# guest KEY COUNT [OPTION]...: one run of the bench guest; its counters afterwards
guest() {
	key=$1 count=$2; shift 2
	run_guest "$key" "$count" "" "$@"
	counters="$(stat_of g world_switches) $(stat_of g barriers) $(stat_of g flushes)"
	partctl destroy g >/dev/null
}
# op KEY "FEW" "MANY" N: what the counters say about N operations more
op() {
	echo "$1 $ticks $2 $3 $4" | awk '{ printf "@@op %s instructions=%d world_switches=%.2f barriers=%.2f flushes=%.2f\n", $1, $2, ($6 - $3) / $9, ($7 - $4) / $9, ($8 - $5) / $9 }'
}
for key in child_null_hypercall child_cpuid child_rdmsr_vp_index child_self_ipi child_stimer_rearm; do
	guest "$key" 1; few=$counters
	guest "$key" 1001
	op "$key" "$few" "$counters" 1000
done

# A partition with one VP that has not run: pages given, and its worker. How much of
# a library is mapped around a fault depends on where it came to lie: of five.
worker_kib() {
	pid=$(partctl info o --json | sed -n 's/^ *"pid": *\([0-9]*\).*/\1/p' | head -1)
	awk '/^[0-9a-f]+-[0-9a-f]+ / { split($1, r, "-"); ram = 0 }
		/^Size:/ { ram = $2 >= 65536 } /^Pss:/ { if (!ram) t += $2 } END { print t }' "/proc/$pid/smaps"
}
for i in 1 2 3 4 5; do
	[ $i = 1 ] || partctl destroy o >/dev/null
	partctl create o --kernel /guests/bench.elf --memory 64M >/dev/null || die "create"
	worker_kib
done >/tmp/workers
echo "@@value partition_deposited_kib $(($(stat_of o pool_pages) * 4))"
echo "@@value partition_worker_kib $(sort -n /tmp/workers | sed -n 3p)"
echo "@@note workers $(tr '\n' ' ' </tmp/workers)"

# What the root's kernel takes for one (objects, page tables, stacks): of eight.
kernel_kib() { awk '/^(Slab|PageTables|VmallocUsed|Percpu):/ { n += $2 } END { print n }' /proc/meminfo; }
before=$(kernel_kib)
for i in 1 2 3 4 5 6 7 8; do
	partctl create "k$i" --kernel /guests/bench.elf --memory 16M >/dev/null || die "create k$i"
done
echo "@@value partition_kernel_kib $((($(kernel_kib) - before) / 8))"
for i in 1 2 3 4 5 6 7 8; do partctl destroy "k$i" >/dev/null; done
partctl destroy o >/dev/null

# Debian: from the first RUN_VP to init's first word, virtual time
partctl create d --kernel /l2/vmlinuz --initrd /l2/initrd --memory 256M \
	--cmdline 'console=ttyS0 quiet cryptomgr.notests' >/dev/null || die "create debian"
t0=$(cut -d' ' -f1 /proc/uptime)
partctl start d
mkfifo /tmp/keys
sleep 1000 >/tmp/keys &
keys=$!
partctl console d </tmp/keys >/tmp/d &
i=0
until grep -q '@@init' /tmp/d; do sleep 0.02; i=$((i + 1)); [ $i -lt 6000 ] || die "the child does not boot"; done
t1=$(cut -d' ' -f1 /proc/uptime)
echo "@@value child_boot_ms $(echo "$t0 $t1" | awk '{ printf "%d", ($2 - $1) * 1000 }')"

# Memory added: to the guest's answer, and to its own MemTotal
i=0
until partctl memory info d --json | grep -q '"can_add": true' && grep -q '@@shell' /tmp/d; do
	sleep 0.1; i=$((i + 1)); [ $i -lt 600 ] || die "the child has no hv_balloon"
done
cat >/tmp/keys <<'END'
m=$(grep MemTotal /proc/meminfo); echo @@"armed"; until [ "$(grep MemTotal /proc/meminfo)" != "$m" ]; do usleep 10000; done; echo @@"grown"
END
i=0
until grep -q '@@armed' /tmp/d; do sleep 0.1; i=$((i + 1)); [ $i -lt 600 ] || die "the child does not watch"; done
t0=$(cut -d' ' -f1 /proc/uptime)
partctl memory add d 128M --json >/tmp/added || die "memory add"
i=0
until grep -q '@@grown' /tmp/d; do sleep 0.01; i=$((i + 1)); [ $i -lt 6000 ] || die "MemTotal does not grow"; done
t1=$(cut -d' ' -f1 /proc/uptime)
echo "@@value hotadd_response_ms $(sed -n 's/^ *"ms": *\([0-9]*\).*/\1/p' /tmp/added)"
echo "@@value hotadd_total_ms $(echo "$t0 $t1" | awk '{ printf "%d", ($2 - $1) * 1000 }')"
kill $keys
partctl destroy d >/dev/null
# Packets through a loopback channel: round trips of 64 bytes, then streams of 256
# times 1 KiB, in ticks a packet.
for key in vmbus_pingpong vmbus_bytes; do
	[ $key = vmbus_bytes ] && each=256 many=101 || each=1 many=1001
	guest $key 1 --debug-loopback 1; few=$counters
	guest $key $many --debug-loopback 1
	op "$key" "$few" "$counters" $(((many - 1) * each))
done
partctl disable >/dev/null || die "disable"
echo "@@bench done"
