#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1 while the monitor sends NMIs: load cycles, and a busy root between.

nmis() { awk '/NMI:/ { print $2 + $3 }' /proc/interrupts; }

# What the kernel says about each of them would slow everything down.
dmesg -n 1
first=$(nmis)
i=0
while [ $i -lt 5 ]; do
	insmod /hvpart.ko || exit 1
	dd if=/dev/zero of=/dev/null bs=4k count=20000 2>/dev/null
	sleep 1
	rmmod hvpart || exit 1
	i=$((i + 1))
done
last=$(nmis)
echo "# $((last - first)) NMIs"
[ $((last - first)) -gt 200 ]
