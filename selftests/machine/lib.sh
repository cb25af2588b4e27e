# SPDX-License-Identifier: GPL-2.0
# Shared by the scripts of this folder; sourced, never run.
#
# BUILD may point anywhere: everything that is downloaded, unpacked, built or
# logged goes below it, so a second BUILD is a second, independent set-up.

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
MACHINE=$TOP/selftests/machine
BUILD=${BUILD:-$TOP/build}
case $BUILD in
/*) ;;
*) BUILD=$PWD/$BUILD ;;
esac
export BUILD

# depmod, modprobe and chroot are there, which a user's PATH may lack.
PATH=$PATH:/usr/sbin:/sbin

KERNELS="6.1 6.12 7.2"

say() { printf '== %s\n' "$*" >&2; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 2; }

# The loud line that replaces a package which its suite no longer carries.
skip() { printf 'SKIP %s\n' "$*" >&2; }

# One process at a time may fill a given part of build/.
lock() {
	mkdir -p "$BUILD/stamp"
	exec {lock_fd}>"$BUILD/stamp/$1.lock"
	flock "$lock_fd"
}

unlock() { exec {lock_fd}>&-; }

# Sets RELEASE, VMLINUZ, MODROOT (holds lib/modules), KDIR, for a kernel that is
# built inside its own root KROOT, and HEADERS (what its -common package holds).
# Fetches the kernel if need be.
kernel_env() {
	local env=$BUILD/kernel/$1/env

	[ -f "$env" ] || "$MACHINE/fetch" "kernel-$1"
	[ -f "$env" ] || return 1
	# shellcheck disable=SC1090
	. "$env"
	# shellcheck disable=SC2034
	HEADERS=$KROOT${KDIR%-amd64}-common
}

is_kernel() {
	local k

	for k in $KERNELS; do
		[ "$k" = "$1" ] && return 0
	done
	return 1
}
