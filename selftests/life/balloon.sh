#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1: a guest of ours that lies about its memory (selftests/guest/dynmem.c).
. /life/tap.sh

mem() { partctl memory info dm --json | sed -n "s/^ *\"$1\": *\([0-9]*\).*/\1/p" | head -1; }
is() { [ "$(mem "$1")" = "$2" ] || { note "$1 is $(mem "$1")"; return 1; }; }
MIB=1048576

load; check $? "load"
counters >/tmp/counters.none
partctl create dm --kernel /guests/dynmem.elf --memory 64M --memory-max 256M --cmdline "" \
	--on-poweroff preserve && partctl start dm && listen dm
check $? "a guest that lies"
wait_for 60 heard dm "@@ready"; check $? "it has connected, and flooded us"
is reports 20000; check $? "20000 reports were taken"
is assigned $((64 * MIB)) && is ballooned 0; check $? "answers to nothing change nothing"
[ "$(mem unexpected)" -gt 20 ] && [ "$(mem malformed)" -gt 0 ]; check $? "they are counted"

free=$(awk '/^MemFree:/ { print $2 }' /proc/meminfo)
partctl memory set dm 48M >/tmp/set 2>&1
[ $? = 1 ] && grep -q "gives no more" /tmp/set; check $? "it gives a part: $(head -1 /tmp/set)"
is ballooned $((4 * MIB + 4096)); check $? "what is its own was taken, once"
is kept_pages 1286; check $? "what is not stays: firmware, devices, rings, given already"
heard dm "@@good locked add"; check $? "it has looked at what it gave away"
wait_for 20 is touched 0; check $? "which is taken again"
is backed $((60 * MIB - 4096)); check $? "and has no memory"
partctl memory set dm 64M >/tmp/set; check $? "it gets all back: $(cat /tmp/set)"
is ballooned 0 && is backed $((64 * MIB)); check $? "nothing is missing"

partctl memory add dm 2M --at 0x8000000 >/tmp/add; check $? "memory added: $(cat /tmp/add)"
is added $((2 * MIB)) && is clamped_pages 512; check $? "no more than was offered"
partctl memory add dm 2M --at 0x8400000 >/tmp/add 2>&1
[ $? = 4 ] && is added $((2 * MIB)); check $? "refused for good: $(tail -1 /tmp/add)"
partctl memory add dm 2M >/tmp/add 2>&1
[ $? = 4 ]; check $? "it is not asked again: $(cat /tmp/add)"
partctl memory add dm 3M >/dev/null 2>&1
[ $? = 4 ] && in_state dm running; check $? "it runs on"
! grep "@@bad" /tmp/dm.console; check $? "it found nothing wrong"
sed -n 's/@@good/# good/p' /tmp/dm.console
partctl memory set dm 60M >/dev/null 2>&1 & setting=$!
sleep 0.5
partctl stop dm --force; wait $setting
[ $? = 1 ]; check $? "stopped in the middle: the request ends"
partctl memory info dm >/dev/null && ! partctl memory set dm 32M 2>/dev/null
check $? "nothing is asked of one that has stopped"
partctl destroy dm
as_before /tmp/counters.none; check $? "pages are what they were"
unload; check $? "unload"
clean_kernel_log; check $? "the root's kernel log is clean"
plan
