#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1: guests that say which memory they do not use (free page reporting). One
# of ours lies (selftests/guest/cold.c); a Debian one does what its kernel does.
# LIFE_COLD=short: only that.
. /life/tap.sh

MIB=1048576
told() { partctl memory info "$1" --json | sed -n "s/^ *\"$2\": *\([0-9]*\).*/\1/p" | head -1; }
is() { [ "$(told "$1" "$2")" = "$3" ] || { note "$2 is $(told "$1" "$2")"; return 1; }; }
least() { [ "$(told "$1" "$2")" -ge "$3" ]; }
most() { [ "$(told "$1" "$2")" -le "$3" ]; }
available() { awk '/^MemAvailable:/ { print $2 }' /proc/meminfo; }
rss() { awk '/^VmRSS:/ { print $2 }' "/proc/$(cat "/run/hvpart/$1/pid")/status"; }
quiet() { ! grep "@@bad" "/tmp/$1.console"; }

# ours NAME "DO" [OPTION]...
ours() {
	name=$1 words=$2; shift 2
	partctl create "$name" --kernel /guests/cold.elf --memory 64M --vps 2 --cmdline "$words" "$@" &&
		partctl start "$name" && listen "$name" && wait_for 60 heard "$name" "@@ready"
}

load; check $? "load"
counters >/tmp/counters.none
if [ "$LIFE_COLD" != short ]; then
	ours lies ""; check $? "a guest that lies comes to its end"
	quiet lies; check $? "it found nothing wrong"
	sed -n 's/@@good/# good/p' /tmp/lies.console
	is lies absent $((16 * MIB + 3 * 4096)) && is lies backed $((48 * MIB - 3 * 4096)) && is lies assigned $((64 * MIB))
	check $? "what it gave back has no memory"
	[ "$(rss lies)" -lt 57344 ]; check $? "the worker has $(rss lies) KiB"
	least lies hints_refused 15 && least lies hints_kept_pages 278; check $? "lies are counted"
	in_state lies running; check $? "it runs on"
	partctl destroy lies
	ours none "do=none" --no-page-reporting && quiet none && is none hints 0
	check $? "without page reporting there are no such calls"
	ours empty "do=empty" --no-page-reporting --privileges 0x10003000000a7e && quiet empty && is empty hints 0
	check $? "with the right alone there are calls, and no hints"
	partctl destroy none && partctl destroy empty
	as_before /tmp/counters.none; check $? "pages are what they were"
fi

# What it does not use goes by itself; what it fills comes back, as it was filled.
debian cold life=cold --memory 320M && partctl start cold
check $? "a Debian child of 320 MiB"
mkfifo /tmp/cold.in
partctl console cold <>/tmp/cold.in >/tmp/cold.console 2>&1 &
say() { echo "$1" >/tmp/cold.in; }
wait_for 100 heard cold "@@ready"; check $? "it is there: $(sed -n 's/.*\(Cold memory.*\)/\1/p' /tmp/cold.console)"
wait_for 60 least cold absent $((110 * MIB)); check $? "it gives back $(($(told cold absent) / MIB)) MiB"
before=$(available) kib=$(rss cold)
say fill
wait_for 100 heard cold "@@filled"; check $? "it fills 160 MiB"
most cold absent $((95 * MIB)); check $? "they come back: $(($(told cold absent) / MIB)) MiB are missing"
[ $(($(rss cold) - kib)) -gt 15000 ]; check $? "the worker has $(($(rss cold) - kib)) KiB more"
say drop
wait_for 100 heard cold "@@dropped"; check $? "it deletes them"
wait_for 60 least cold absent $((110 * MIB)); check $? "and go again: $(($(told cold absent) / MIB)) MiB"
[ $((before - $(available))) -lt 32768 ]; check $? "the root has what it had, but for $((before - $(available))) KiB"
if [ "$LIFE_COLD" != short ]; then
	# The root leaves nothing but its reserve: the child waits, and nobody is killed.
	total=$(awk '/^MemTotal:/ { print $2 }' /proc/meminfo)
	mkdir -p /tmp/all && mount -t tmpfs -o size=100% all /tmp/all
	dd if=/dev/zero of=/tmp/all/all bs=1M count=$((($(available) - 65536 - total / 64) / 1024 - 20)) 2>/dev/null
	say again
	wait_for 60 grep -q "waits for memory" /run/hvpart/cold/worker.log
	check $? "the root has no more: $(tail -1 /run/hvpart/cold/worker.log)"
	sleep 2
	in_state cold running && ! heard cold "@@done"; check $? "it stands still"
	umount /tmp/all
else
	say again
fi
wait_for 100 heard cold "@@done"; check $? "it has filled them again"
! grep "@@bad" /tmp/cold.console; check $? "and found what it had written"
is cold hints_refused 0 && is cold hints_kept_pages 0; check $? "it said nothing wrong"
! grep "@@complaint" /tmp/cold.console; check $? "no complaint in its kernel log"
partctl memory info cold | sed 's/^/# /'
partctl destroy cold
as_before /tmp/counters.none; check $? "pages are what they were"
unload; check $? "unload"
clean_kernel_log; check $? "the root's kernel log is clean"
plan
