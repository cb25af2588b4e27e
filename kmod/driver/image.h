/* SPDX-License-Identifier: GPL-2.0 */
/* The hypervisor's ELF file inside this module (image.S). */
#ifndef HVP_IMAGE_H
#define HVP_IMAGE_H

#include <linux/types.h>

extern const u8 hvpart_image_svm_start[], hvpart_image_svm_end[];

static inline const void *hvp_image(void)
{
	return hvpart_image_svm_start;
}

static inline size_t hvp_image_size(void)
{
	return hvpart_image_svm_end - hvpart_image_svm_start;
}

#endif
