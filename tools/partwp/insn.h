/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The instructions that may touch a device: MOV between memory and a register
 * or constant, MOVZX, MOVSX; and INS, OUTS for ports. Decoding is Zydis' work.
 */
#ifndef PARTWP_INSN_H
#define PARTWP_INSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INSN_MAX	15

enum insn_mode { INSN_16, INSN_32, INSN_64 };

enum insn_kind {
	INSN_LOAD,	/* memory to register */
	INSN_STORE,	/* register or constant to memory */
	INSN_STRING,	/* INS, OUTS */
};

/* Which part of a general register: register @number, @size bytes at @shift. */
struct insn_reg {
	uint8_t number;		/* 0 RAX, 1 RCX … 15 R15 */
	uint8_t size;
	uint8_t shift;		/* 8 for AH, CH, DH, BH; else 0 */
};

struct insn {
	enum insn_kind kind;
	uint8_t length;
	uint8_t mem_size;	/* bytes of memory */
	bool sign_extend;
	bool immediate;		/* store: @value, not @reg */
	uint64_t value;
	struct insn_reg reg;
	/* INSN_STRING */
	uint8_t address_size;	/* 2, 4, 8 bytes */
	int8_t segment;		/* HV_X64_REGISTER_* less ES; -1: the default */
};

/* Zero, or -EINVAL for what cannot be decoded or is not in the list. */
int insn_decode(enum insn_mode mode, const uint8_t *bytes, size_t size,
		struct insn *insn);

/* The register's new contents after a load of @value. */
uint64_t insn_merge(const struct insn *insn, uint64_t reg, uint64_t value);

/* The bytes that a store writes, given the register's contents. */
uint64_t insn_source(const struct insn *insn, uint64_t reg);

#endif
