/* SPDX-License-Identifier: GPL-2.0 */
/* Shared by the targets of kmod/hv: reading the input, one guest, clearing up. */
#ifndef FUZZ_H
#define FUZZ_H

#include "input.h"
#include "sim.h"

/* A word of a parameter block: small, page address, id, all ones, raw. */
u64 get_word(struct input *in);

void fuzz_begin(void);			/* a machine with one guest of 2 VPs */
extern struct partition *guest;
void fuzz_check(void);			/* after each step */
void fuzz_end(void);			/* all gone, every page counted */

/* Root's objects that fuzz_end() has to remove. */
void note_port(u32 id);
void note_connection(u32 id);

#endif
