#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1: memory added to Debian children and ballooned out of them, seen from
# both sides; what is refused; what ends in the middle. "short" in LIFE_MEMORY
# leaves out all but an add and the balloon.
. /life/tap.sh

# mem NAME KEY: of "memory info", in KiB where it is a size
mem() { partctl memory info "$1" --json | sed -n "s/^ *\"$2\": *\([0-9]*\).*/\1/p" | head -1; }
mem_kib() { echo $(($(mem "$1" "$2") / 1024)); }
# told NAME: MemTotal as the child said it last
told() { sed -n 's/.*@@memory \([0-9]*\) .*/\1/p' "/tmp/$1.console" | tail -1; }
free_of() { sed -n 's/.*@@memory [0-9]* \([0-9]*\).*/\1/p' "/tmp/$1.console" | tail -1; }
told_least() { [ "$(told "$1")" -ge "$2" ]; }
is_ready() { heard "$1" "@@ready" && [ -n "$(told "$1")" ]; }
# What was just freed may stand on the CPUs' own lists (zoneinfo's "count").
root_free() {
	awk '/^MemFree:/ { t += $2 } /^ +count:/ { t += 4 * $2 } END { print t }' \
		/proc/meminfo /proc/zoneinfo
}
alive() { partctl memory info "$1" >/dev/null && in_state "$1" running; }
# What it does not use stays with it: what is counted here is what is asked for.
child() { debian "$1" "life=memory" --vps 2 --no-page-reporting --on-poweroff preserve && partctl start "$1" && listen "$1"; }
quiet() {
	! grep -E '@@(failed|kernel .*(BUG:|WARNING|Oops|stall|fail))|Kernel panic' "/tmp/$1.console"
}

MIB128=131072	# KiB

load; check $? "load"
child mem; check $? "a child with hv_balloon"
wait_for 200 is_ready mem; check $? "its driver is there"
heard mem "@@Using Dynamic Memory protocol version 2.0"; check $? "version 2.0"
heard mem "@@Max. dynamic memory size: $(($(mem mem limit) / 1048576)) MB"
check $? "it is told the limit"

before=$(told mem)
partctl memory add mem 128M >/tmp/add; check $? "memory add 128M: $(cat /tmp/add)"
# 1/64 of it are the pages' own descriptors.
wait_for 20 told_least mem $((before + MIB128 * 63 / 64 - 1024))
check $? "MemTotal in the child's words: $before kB, then $(told mem) kB"
[ "$(mem_kib mem assigned)" = $((192 * 1024 + MIB128)) ]; check $? "the worker says the same"

have=$(mem_kib mem assigned)
free_before=$(root_free)
partctl memory set mem $((have / 1024 - 64))M >/tmp/set; check $? "memory set, 64M less: $(cat /tmp/set)"
[ "$(mem_kib mem ballooned)" = 65536 ]; check $? "64 MiB are ballooned out"
gained=$(($(root_free) - free_before))
[ $gained -gt 55000 ]; check $? "the root has $gained KiB more"
alive mem; check $? "the child lives"
partctl memory set mem $((have / 1024))M >/tmp/set; check $? "memory set, all again: $(cat /tmp/set)"
[ "$(mem mem ballooned)" = 0 ] && [ "$(mem_kib mem backed)" = "$have" ]
check $? "nothing is ballooned out any more"
[ "$(mem mem kept_pages)" = 0 ] && [ "$(mem mem malformed)" = 0 ] && [ "$(mem mem unexpected)" = 0 ]
check $? "no page was refused, no message out of place"

# Pages that are ballooned out must be there for a kernel that knows of no balloon.
partctl create kex --kernel /l2/vmlinuz --initrd /l2/initrd-kexec --memory 320M \
	--cmdline "console=ttyS0 quiet cryptomgr.notests life=another" --on-panic preserve &&
	partctl start kex && listen kex
check $? "a child that will kexec"
wait_for 200 is_ready kex; check $? "its driver is there"
partctl memory set kex 256M >/tmp/kex; check $? "64 MiB are ballooned out: $(cat /tmp/kex)"
wait_for 60 heard kex "@@kexec"; check $? "it starts another kernel"
wait_for 200 in_state kex crashed; check $? "which comes to its panic"
partctl info kex | grep -q "Unable to mount root"; check $? "for lack of a root file system"
heard kex "early_memtest"; check $? "having looked at all memory"
[ "$(mem kex ballooned)" = 0 ] && [ "$(mem_kib kex backed)" -gt $((318 * 1024)) ]
check $? "the pages came back: $(mem_kib kex backed) KiB"
partctl destroy kex

if [ "${LIFE_MEMORY:-}" != short ]; then
	total=$(told mem)
	for i in 1 2 3 4 5 6 7 8 9 10; do
		partctl memory add mem 128M >>/tmp/ten 2>&1 &
		jobs="$jobs $!"
	done
	ten=0
	for i in $jobs; do wait "$i" || ten=1; done
	check $ten "ten adds of 128M at a time"
	sed 's/^/# /' /tmp/ten
	wait_for 30 told_least mem $((total + 10 * (MIB128 * 63 / 64 - 1024)))
	check $? "MemTotal: $total kB, then $(told mem) kB"
	have=$(mem_kib mem assigned)

	# refused CODE TEXT ARGUMENT...: and nothing has changed
	refused() {
		code=$1 text=$2; shift 2
		partctl memory "$@" >/tmp/refused 2>&1
		got=$?
		[ $got = "$code" ] && grep -q "$text" /tmp/refused &&
			[ "$(mem_kib mem assigned)" = "$have" ]
		check $? "refused: memory $*: $(head -1 /tmp/refused)"
	}
	refused 1 alignment add mem 100M
	refused 1 alignment add mem 64M
	refused 1 alignment add mem 128M --at 0x100001000
	refused 1 alignment add mem 128M --at 0xC0000000
	refused 5 "already" add mem 128M --at 0x100000000
	refused 5 "already" add mem 128M --at 0x8000000
	refused 1 "limit" add mem 16G
	refused 1 "more than the guest has" set mem 64G
	# Less than the limit, more than what is left: the root is filled up first.
	spare=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)
	mkdir -p /tmp/fill && mount -t tmpfs -o size=90% fill /tmp/fill
	dd if=/dev/zero of=/tmp/fill/fill bs=1M count=$((spare - 220)) 2>/dev/null
	refused 1 "spare" add mem 128M
	# Two steps, with memory for one: what fits is added and said.
	umount /tmp/fill
	mount -t tmpfs -o size=90% fill /tmp/fill
	dd if=/dev/zero of=/tmp/fill/fill bs=1M count=$((spare - 500)) 2>/dev/null
	partctl memory add mem 512M >/tmp/part 2>&1
	[ $? = 1 ] && grep -q "256M added" /tmp/part && [ "$(mem_kib mem assigned)" = $((have + 2 * MIB128)) ]
	check $? "the root runs out in the middle: $(head -1 /tmp/part)"
	umount /tmp/fill
	alive mem; check $? "the child lives"

	partctl memory set mem 64M >/tmp/low 2>&1
	[ $? = 1 ] && grep -q "gives no more" /tmp/low
	check $? "more than it can spare: $(head -1 /tmp/low)"
	alive mem && [ "$(mem_kib mem assigned)" -gt 65536 ]
	check $? "it keeps $(mem_kib mem assigned) KiB and lives"
	partctl destroy mem; check $? "destroyed with its balloon out"
	nobody; check $? "it is gone"
	counters >/tmp/counters.first

	child one && child two; check $? "two children"
	wait_for 200 is_ready one && wait_for 200 is_ready two; check $? "they are there"
	partctl memory add one 256M >/tmp/one & first=$!
	partctl memory add two 256M >/tmp/two & second=$!
	wait $first && wait $second; check $? "adds to both at a time"
	[ "$(mem_kib one assigned)" = 458752 ] && [ "$(mem_kib two assigned)" = 458752 ]
	check $? "both have it"
	partctl memory add one 512M >/dev/null 2>&1 & adding=$!
	sleep 0.3
	kill -9 "$(cat /run/hvpart/one/pid)"
	! wait $adding; check $? "a worker is killed in the middle of an add"
	partctl destroy one
	alive two; check $? "the other child does not notice"
	partctl memory add two 128M >/dev/null; check $? "and takes more"
	partctl destroy two
	as_before /tmp/counters.first; check $? "pages are what they were"
	quiet one; check $? "one: nothing fails"
	quiet two; check $? "two: nothing fails"
else
	partctl destroy mem
fi
quiet mem; check $? "nothing fails, no complaint in its kernel log"
nobody; check $? "nothing is left"
unload; check $? "unload"
clean_kernel_log; check $? "the root's kernel log is clean"
plan
