// SPDX-License-Identifier: GPL-2.0
/* VPs: creation, their pages, their file. Running them is in run.c. */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <hvpart/call_hvpart.h>
#include <hvpart/call_vp.h>
#include <hvpart/callerpage.h>
#include "debugfs.h"
#include "partition.h"
#include "vp.h"

/* --- pages ---------------------------------------------------------------- */

static int vp_map_page(struct hvp_vp *vp, u16 type, void *page)
{
	const struct hv_input_map_vp_state_page in = {
		.partition_id = vp->part->account.id,
		.vp_index = vp->index,
		.type = type,
		.flags.map_location_provided = 1,
		.requested_map_location = page_to_pfn(virt_to_page(page)),
	};
	struct hvp_request r = {
		.code = HVCALL_MAP_VP_STATE_PAGE,
		.in = &in,
		.in_len = sizeof(in),
		.out_len = sizeof(struct hv_output_map_vp_state_page),
		.account = &vp->part->account,
	};

	return hvp_request_run(&r);
}

static void vp_unmap_page(struct hvp_vp *vp, u16 type, u64 *ticket)
{
	const struct hv_input_unmap_vp_state_page in = {
		.partition_id = vp->part->account.id,
		.vp_index = vp->index,
		.type = type,
	};

	hvp_simple(HVCALL_UNMAP_VP_STATE_PAGE, &in, sizeof(in), NULL, ticket);
}

void hvp_vp_unmap_pages(struct hvp_vp *vp, u64 *ticket)
{
	vp_unmap_page(vp, HV_VP_STATE_PAGE_REGISTERS, ticket);
	vp_unmap_page(vp, HV_VP_STATE_PAGE_INTERCEPT_MESSAGE, ticket);
}

void hvp_vp_forget_pages(struct hvp_vp *vp)
{
	vp->page = NULL;
	vp->regs = NULL;
}

static int vp_map_pages(struct hvp_vp *vp)
{
	return vp_map_page(vp, HV_VP_STATE_PAGE_INTERCEPT_MESSAGE, vp->page) ?:
		vp_map_page(vp, HV_VP_STATE_PAGE_REGISTERS, vp->regs);
}

/* --- mmap ------------------------------------------------------------------ */

static void *vp_user_page(const struct hvp_vp *vp, unsigned long pgoff)
{
	switch (pgoff) {
	case HVPART_VP_MMAP_OFFSET_REGISTERS:
		return vp->regs;
	case HVPART_VP_MMAP_OFFSET_RUN:
		return vp->run;
	default:
		return NULL;
	}
}

static vm_fault_t vp_fault(struct vm_fault *vmf)
{
	const struct hvp_vp *vp = vmf->vma->vm_file->private_data;
	void *page = vp_user_page(vp, vmf->pgoff);

	/* A mapping that mremap() made longer. */
	if (!page)
		return VM_FAULT_SIGBUS;
	vmf->page = virt_to_page(page);
	get_page(vmf->page);
	return 0;
}

static const struct vm_operations_struct vp_vm_ops = {
	.fault = vp_fault,
};

static int vp_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (vma_pages(vma) != 1 || !(vma->vm_flags & VM_SHARED) ||
	    !vp_user_page(file->private_data, vma->vm_pgoff))
		return -EINVAL;
	vma->vm_ops = &vp_vm_ops;
	return 0;
}

/* --- the file ---------------------------------------------------------------- */

static long vp_ioctl_locked(struct hvp_vp *vp, unsigned int cmd,
			    void __user *arg)
{
	if (vp->part->dead)
		return -EIO;
	switch (cmd) {
	case HVPART_RUN_VP:
		return hvp_vp_run(vp, arg);
	case HVPART_GET_VP_STATE:
		return hvp_vp_get_state(vp, arg);
	case HVPART_SET_VP_STATE:
		return hvp_vp_set_state(vp, arg);
	default:
		return -ENOTTY;
	}
}

static long vp_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct hvp_vp *vp = file->private_data;
	void __user *user = (void __user *)arg;
	long ret;

	if (vp->part->mm != current->mm)
		return -EIO;
	if (cmd == HVPART_GET_STATS)
		return hvp_get_stats(vp->part, vp->index, HVPART_STATS_VP, user);
	if (cmd == HVPART_ROOT_HVCALL)
		return hvp_root_hvcall(vp->part, vp, user);
	if (mutex_lock_interruptible(&vp->lock))
		return -EINTR;
	ret = vp_ioctl_locked(vp, cmd, user);
	mutex_unlock(&vp->lock);
	return ret;
}

static int vp_release(struct inode *inode, struct file *file)
{
	struct hvp_vp *vp = file->private_data;

	/* NULL: its creation failed (hvp_vp_create()). */
	if (vp)
		hvp_partition_put(vp->part);
	return 0;
}

static const struct file_operations vp_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = vp_ioctl,
	.mmap = vp_mmap,
	.release = vp_release,
	.llseek = noop_llseek,
};

/* --- creation ------------------------------------------------------------------ */

void hvp_vp_free(struct hvp_vp *vp)
{
	free_page((unsigned long)vp->page);
	free_page((unsigned long)vp->regs);
	free_page((unsigned long)vp->run);
	kfree(vp);
}

static struct hvp_vp *vp_alloc(struct hvp_partition *part, u32 index)
{
	struct hvp_vp *vp = kzalloc(sizeof(*vp), GFP_KERNEL_ACCOUNT);

	if (!vp)
		return NULL;
	vp->part = part;
	vp->index = index;
	mutex_init(&vp->lock);
	hvp_vp_run_init(vp);
	vp->page = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	vp->regs = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	vp->run = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (vp->page && vp->regs && vp->run)
		return vp;
	hvp_vp_free(vp);
	return NULL;
}

static int vp_create_call(struct hvp_vp *vp)
{
	const struct hv_create_vp in = {
		.partition_id = vp->part->account.id,
		.vp_index = vp->index,
	};

	return hvp_simple(HVCALL_CREATE_VP, &in, sizeof(in),
			  &vp->part->account, NULL);
}

static void vp_delete_call(struct hvp_vp *vp)
{
	const union hv_input_delete_vp in = {
		.partition_id = vp->part->account.id,
		.vp_index = vp->index,
	};

	hvp_simple(HVCALL_DELETE_VP, &in, sizeof(in), NULL, NULL);
}

/* In the hypervisor, and where kicks look it up. */
static int vp_enter(struct hvp_vp *vp)
{
	struct hvp_partition *part = vp->part;
	u64 ticket = 0;
	int ret;

	ret = xa_reserve(&part->vps, vp->index, GFP_KERNEL_ACCOUNT);
	if (ret)
		return ret;
	ret = vp_create_call(vp);
	if (ret)
		goto release;
	ret = vp_map_pages(vp);
	if (ret)
		goto undo;
	xa_store(&part->vps, vp->index, vp, GFP_KERNEL_ACCOUNT);
	part->nr_vps++;
	hvp_nl_changed();
	return 0;

undo:
	hvp_vp_unmap_pages(vp, &ticket);
	vp_delete_call(vp);
	/* The hypervisor writes to these pages until it has let go of them. */
	if (hvp_sync(ticket))
		hvp_vp_forget_pages(vp);
release:
	xa_release(&part->vps, vp->index);
	return ret;
}

/**
 * hvp_vp_create - HVPART_CREATE_VP: make a VP
 * @part: the partition; locked
 * @arg: struct hvpart_create_vp of user space
 *
 * The file is made last and cannot be undone, the number of it first.
 *
 * Return: a descriptor, -EINVAL, -EEXIST, -ENODEV (not initialized), -ENOMEM,
 * -EMFILE, -EFAULT.
 */
long hvp_vp_create(struct hvp_partition *part, void __user *arg)
{
	struct hvpart_create_vp args;
	struct file *file;
	struct hvp_vp *vp;
	int fd, ret;

	if (copy_from_user(&args, arg, sizeof(args)))
		return -EFAULT;
	if (!part->initialized)
		return -ENODEV;
	if (xa_load(&part->vps, args.vp_index))
		return -EEXIST;
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return fd;
	vp = vp_alloc(part, args.vp_index);
	if (!vp) {
		ret = -ENOMEM;
		goto put_fd;
	}
	hvp_partition_get(part);
	file = anon_inode_getfile("[hvpart-vp]", &vp_fops, vp, O_RDWR);
	if (IS_ERR(file)) {
		ret = PTR_ERR(file);
		hvp_partition_put(part);
		goto free_vp;
	}
	ret = vp_enter(vp);
	if (ret)
		goto put_file;
	hvp_debugfs_vp(vp);
	fd_install(fd, file);
	return fd;

put_file:
	/* It is released later, when the VP is gone. */
	file->private_data = NULL;
	fput(file);
	hvp_partition_put(part);
free_vp:
	hvp_vp_free(vp);
put_fd:
	put_unused_fd(fd);
	return ret;
}
