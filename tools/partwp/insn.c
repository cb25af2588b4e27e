// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include <Zydis/Zydis.h>

#include "insn.h"

static const struct {
	ZydisMachineMode mode;
	ZydisStackWidth stack;
} modes[] = {
	[INSN_16] = { ZYDIS_MACHINE_MODE_LEGACY_16, ZYDIS_STACK_WIDTH_16 },
	[INSN_32] = { ZYDIS_MACHINE_MODE_LEGACY_32, ZYDIS_STACK_WIDTH_32 },
	[INSN_64] = { ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64 },
};

static int set_reg(struct insn *insn, ZydisRegister reg)
{
	ZydisRegisterClass class = ZydisRegisterGetClass(reg);
	ZyanI8 id = ZydisRegisterGetId(reg);

	switch (class) {
	case ZYDIS_REGCLASS_GPR8:
		insn->reg.size = 1;
		break;
	case ZYDIS_REGCLASS_GPR16:
		insn->reg.size = 2;
		break;
	case ZYDIS_REGCLASS_GPR32:
		insn->reg.size = 4;
		break;
	case ZYDIS_REGCLASS_GPR64:
		insn->reg.size = 8;
		break;
	default:
		return -EINVAL;
	}
	if (reg >= ZYDIS_REGISTER_AH && reg <= ZYDIS_REGISTER_BH) {
		insn->reg.number = (uint8_t)(reg - ZYDIS_REGISTER_AH);
		insn->reg.shift = 8;
		return 0;
	}
	/* Zydis numbers SPL and its like after AH and its like. */
	if (class == ZYDIS_REGCLASS_GPR8 && reg >= ZYDIS_REGISTER_SPL)
		id = (ZyanI8)(reg - ZYDIS_REGISTER_SPL + 4);
	else if (class == ZYDIS_REGCLASS_GPR8)
		id = (ZyanI8)(reg - ZYDIS_REGISTER_AL);
	if (id < 0 || id > 15)
		return -EINVAL;
	insn->reg.number = (uint8_t)id;
	return 0;
}

static int set_move(struct insn *insn, const ZydisDecodedOperand *to,
		    const ZydisDecodedOperand *from)
{
	if (to->type == ZYDIS_OPERAND_TYPE_REGISTER &&
	    from->type == ZYDIS_OPERAND_TYPE_MEMORY) {
		insn->kind = INSN_LOAD;
		insn->mem_size = (uint8_t)(from->size / 8);
		return set_reg(insn, to->reg.value);
	}
	if (to->type != ZYDIS_OPERAND_TYPE_MEMORY)
		return -EINVAL;
	insn->kind = INSN_STORE;
	insn->mem_size = (uint8_t)(to->size / 8);
	if (from->type == ZYDIS_OPERAND_TYPE_IMMEDIATE) {
		insn->immediate = true;
		insn->value = from->imm.value.u;
		return 0;
	}
	if (from->type != ZYDIS_OPERAND_TYPE_REGISTER)
		return -EINVAL;
	return set_reg(insn, from->reg.value);
}

static void set_string(struct insn *insn, const ZydisDecodedInstruction *d)
{
	static const struct {
		ZydisInstructionAttributes attribute;
		int8_t segment;
	} overrides[] = {
		{ ZYDIS_ATTRIB_HAS_SEGMENT_ES, 0 },
		{ ZYDIS_ATTRIB_HAS_SEGMENT_CS, 1 },
		{ ZYDIS_ATTRIB_HAS_SEGMENT_SS, 2 },
		{ ZYDIS_ATTRIB_HAS_SEGMENT_DS, 3 },
		{ ZYDIS_ATTRIB_HAS_SEGMENT_FS, 4 },
		{ ZYDIS_ATTRIB_HAS_SEGMENT_GS, 5 },
	};
	size_t i;

	insn->kind = INSN_STRING;
	insn->address_size = d->address_width / 8;
	for (i = 0; i < sizeof(overrides) / sizeof(overrides[0]); i++) {
		if (d->attributes & overrides[i].attribute)
			insn->segment = overrides[i].segment;
	}
}

int insn_decode(enum insn_mode mode, const uint8_t *bytes, size_t size,
		struct insn *insn)
{
	ZydisDecodedOperand op[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction d;
	ZydisDecoder decoder;

	memset(insn, 0, sizeof(*insn));
	insn->segment = -1;
	if (!ZYAN_SUCCESS(ZydisDecoderInit(&decoder, modes[mode].mode,
					   modes[mode].stack)) ||
	    !ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, bytes, size, &d,
						 op)))
		return -EINVAL;
	insn->length = d.length;
	switch (d.mnemonic) {
	case ZYDIS_MNEMONIC_MOVSX:
	case ZYDIS_MNEMONIC_MOVSXD:
		insn->sign_extend = true;
		return set_move(insn, &op[0], &op[1]);
	case ZYDIS_MNEMONIC_MOV:
	case ZYDIS_MNEMONIC_MOVZX:
		return set_move(insn, &op[0], &op[1]);
	case ZYDIS_MNEMONIC_INSB:
	case ZYDIS_MNEMONIC_INSW:
	case ZYDIS_MNEMONIC_INSD:
	case ZYDIS_MNEMONIC_OUTSB:
	case ZYDIS_MNEMONIC_OUTSW:
	case ZYDIS_MNEMONIC_OUTSD:
		set_string(insn, &d);
		return 0;
	default:
		return -EINVAL;
	}
}

static uint64_t mask(unsigned int size)
{
	return size >= 8 ? ~0ULL : (1ULL << (8 * size)) - 1;
}

uint64_t insn_merge(const struct insn *insn, uint64_t reg, uint64_t value)
{
	unsigned int size = insn->reg.size, shift = insn->reg.shift;

	value &= mask(insn->mem_size);
	if (insn->sign_extend && value >> (8 * insn->mem_size - 1))
		value |= ~mask(insn->mem_size);
	value &= mask(size);
	/* Four bytes clear the upper half; one or two leave the rest alone. */
	if (size >= 4)
		return value;
	return (reg & ~(mask(size) << shift)) | value << shift;
}

uint64_t insn_source(const struct insn *insn, uint64_t reg)
{
	uint64_t v = insn->immediate ? insn->value : reg >> insn->reg.shift;

	return v & mask(insn->mem_size);
}
