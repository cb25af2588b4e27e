// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Virtual processors: make, run, stop, save.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

static void *vp_map(const struct part_vp *vp, unsigned long which)
{
	void *page = mmap(NULL, PART_PAGE_SIZE, PROT_READ | PROT_WRITE,
			  MAP_SHARED, vp->fd, which * sysconf(_SC_PAGESIZE));

	return page == MAP_FAILED ? NULL : page;
}

void vp_release(struct part_vp *vp)
{
	if (!vp)
		return;
	if (vp->reg_page)
		munmap(vp->reg_page, PART_PAGE_SIZE);
	if (vp->run_page)
		munmap(vp->run_page, PART_PAGE_SIZE);
	if (vp->fd >= 0)
		close(vp->fd);
	free(vp);
}

static int vp_open(struct part_vp *vp)
{
	struct hvpart_create_vp arg = { .vp_index = vp->index };
	int ret = part_ioctl(vp->part->fd, HVPART_CREATE_VP, &arg);

	if (ret < 0)
		return ret;
	vp->fd = ret;
	vp->run_page = vp_map(vp, HVPART_VP_MMAP_OFFSET_RUN);
	if (!vp->run_page)
		return -errno;
	/* Only an accelerator: without it registers go by hypercall. */
	vp->reg_page = vp_map(vp, HVPART_VP_MMAP_OFFSET_REGISTERS);
	return 0;
}

PART_PUBLIC int part_vp_create(struct part *part, __u32 index,
			       struct part_vp **out)
{
	struct part_vp *vp;
	int ret;

	status_set(HV_STATUS_SUCCESS);
	if (index >= part->nr_vps)
		return -EINVAL;
	vp = calloc(1, sizeof(*vp));
	if (!vp)
		return -ENOMEM;
	vp->part = part;
	vp->index = index;
	vp->fd = -1;

	pthread_mutex_lock(&part->vp_lock);
	ret = part->vps[index] ? -EEXIST : vp_open(vp);
	if (!ret)
		part->vps[index] = vp;
	pthread_mutex_unlock(&part->vp_lock);
	if (ret) {
		vp_release(vp);
		return ret;
	}
	*out = vp;
	return 0;
}

PART_PUBLIC __u32 part_vp_index(const struct part_vp *vp)
{
	return vp->index;
}

PART_PUBLIC struct part *part_vp_part(const struct part_vp *vp)
{
	return vp->part;
}

PART_PUBLIC int part_vp_fd(const struct part_vp *vp)
{
	return vp->fd;
}

PART_PUBLIC int part_vp_run(struct part_vp *vp, struct hv_message *msg)
{
	int ret;

	_Static_assert(sizeof(*msg) == HVPART_RUN_VP_BUF_SZ, "message size");
	ret = part_ioctl_once(vp->fd, HVPART_RUN_VP, msg);
	/*
	 * Whoever asked wanted to see the caller's loop turn, and it does. A
	 * wish that comes just now is granted by this return as well.
	 */
	if (ret == -EINTR)
		__atomic_store_n(&vp->run_page->immediate_exit, 0,
				 __ATOMIC_SEQ_CST);
	return ret < 0 ? ret : 0;
}

PART_PUBLIC void part_vp_stop(struct part_vp *vp)
{
	__atomic_store_n(&vp->run_page->immediate_exit, 1, __ATOMIC_SEQ_CST);
}

PART_PUBLIC int part_vp_kick_thread(struct part_vp *vp, pthread_t thread)
{
	/* In this order: the signal may arrive before the ioctl looks. */
	part_vp_stop(vp);
	return -pthread_kill(thread, PART_KICK_SIGNAL);
}

PART_PUBLIC struct hv_vp_register_page *part_vp_reg_page(struct part_vp *vp)
{
	return vp->reg_page;
}

/* The driver wants whole pages; callers have what they have. */
static void *state_buffer(size_t *size)
{
	if (!*size || *size > UINT32_MAX - PART_PAGE_SIZE)
		return NULL;
	*size = (*size + PART_PAGE_SIZE - 1) / PART_PAGE_SIZE * PART_PAGE_SIZE;
	return aligned_alloc(PART_PAGE_SIZE, *size);
}

PART_PUBLIC int part_vp_get_state(struct part_vp *vp, __u8 type, void *buf,
				  size_t *size)
{
	struct hvpart_get_set_vp_state arg = { .type = type };
	size_t room = *size;
	size_t bounce_size = room ? room : 1;
	void *bounce;
	int ret;

	bounce = state_buffer(&bounce_size);
	if (!bounce)
		return -ENOMEM;
	arg.buf_sz = bounce_size;
	arg.buf_ptr = (uintptr_t)bounce;
	ret = part_ioctl(vp->fd, HVPART_GET_VP_STATE, &arg);
	if ((ret == -EINVAL && arg.buf_sz > bounce_size) ||
	    (ret >= 0 && arg.buf_sz > room)) {
		ret = -ENOBUFS;
		*size = arg.buf_sz;
	} else if (ret >= 0) {
		ret = 0;
		memcpy(buf, bounce, arg.buf_sz);
		*size = arg.buf_sz;
	}
	free(bounce);
	return ret;
}

PART_PUBLIC int part_vp_set_state(struct part_vp *vp, __u8 type,
				  const void *buf, size_t size)
{
	struct hvpart_get_set_vp_state arg = { .type = type };
	size_t bounce_size = size;
	void *bounce;
	int ret;

	status_set(HV_STATUS_SUCCESS);
	if (!size)
		return -EINVAL;
	bounce = state_buffer(&bounce_size);
	if (!bounce)
		return -ENOMEM;
	memcpy(bounce, buf, size);
	memset((uint8_t *)bounce + size, 0, bounce_size - size);
	arg.buf_sz = bounce_size;
	arg.buf_ptr = (uintptr_t)bounce;
	ret = part_ioctl(vp->fd, HVPART_SET_VP_STATE, &arg);
	free(bounce);
	return ret < 0 ? ret : 0;
}
