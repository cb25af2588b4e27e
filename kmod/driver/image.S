/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hypervisor's ELF file, carried as data: the driver reads its program
 * headers at load. Nothing in it is linked with the kernel, so no symbol of
 * it can meet one of Linux's, and objtool has no code here to look at.
 */
#include <linux/linkage.h>

	.section .rodata.hvpart_image, "a", @progbits

	.balign 16
	.globl hvpart_image_svm_start
hvpart_image_svm_start:
	.incbin HVPART_IMAGE_SVM
	.globl hvpart_image_svm_end
hvpart_image_svm_end:
	.byte 0

	.section .note.GNU-stack, "", @progbits
