/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Included before everything else in the image's build: with hidden visibility
 * also for what is only declared, the compiler addresses it RIP-relative
 * instead of through a GOT.
 */
#pragma GCC visibility push(hidden)
