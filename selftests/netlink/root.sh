#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in L1: the suites that its arguments name, then unloads.

export PATH=/hvpart/bin:$PATH
status=0
insmod /hvpart.ko || { dmesg | tail -n 5; exit 1; }
for suite in "$@"; do
	"/netlink/$suite" || status=1
done
rmmod hvpart || status=1
exit $status
