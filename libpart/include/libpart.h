/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libpart: partitions of the hvpart hypervisor for programs.
 *
 * Errors: a function that returns int returns 0 (or what its comment says) or a
 * negative errno value; -EINTR only from part_vp_run(). Where the hypervisor itself refused, part_last_status()
 * still knows its HV_STATUS_* and part_strerror() prints both.
 *
 * Threads: part_last_status() and part_strerror() are per thread. A struct
 * part_dev and a struct part may be used by any number of threads at once; the
 * kernel serialises what needs it, and the list of memory regions has a lock of
 * its own. A struct part_vp belongs to one thread, the one that runs it, but
 * for part_vp_stop(), part_vp_kick_thread(), part_vp_get_stats() and
 * part_vp_index(), which any thread may call. Closing or destroying an object
 * while another thread uses it is the caller's mistake. No function is
 * async-signal-safe except part_vp_stop().
 *
 * File descriptors are close-on-exec. Partitions belong to the process (its
 * address space) that made them: children of fork() get -EIO.
 */
#ifndef _LIBPART_H
#define _LIBPART_H

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <linux/hvpart.h>
#include <hvpart/hypercall.h>
#include <hvpart/message.h>
#include <hvpart/property.h>
#include <hvpart/register.h>
#include <hvpart/stats.h>
#include <hvpart/status.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PART_DEVICE		"/dev/hvpart"

struct part_dev;		/* the open device */
struct part;			/* a child partition */
struct part_vp;			/* a virtual processor of a child */

/**
 * part_last_status() - the hypervisor's status of this thread's last call
 *
 * Return: HV_STATUS_*; 0 if the last call did not reach the hypervisor or
 * succeeded there.
 */
unsigned int part_last_status(void);

/**
 * part_status_name() - the specification's name of a status
 * @status: HV_STATUS_*
 *
 * Return: as "HV_STATUS_INVALID_PARAMETER"; "HV_STATUS_?" for unknown ones.
 */
const char *part_status_name(unsigned int status);

/**
 * part_strerror() - an error in words
 * @err: what a function of this library returned
 *
 * Return: text in a buffer of this thread, valid until its next call; with the
 * hypervisor's status if @err came from there.
 */
const char *part_strerror(int err);

/**
 * part_open() - open the hypervisor's device
 * @dev: the new object
 * @path: device node; NULL: PART_DEVICE
 *
 * Return: 0; -ENOENT: not loaded; -EACCES; -ENOMEM; -ENODEV: the hypervisor is
 * on its way out; -EPROTO: something is there, but it does not speak this ABI.
 */
int part_open(struct part_dev **dev, const char *path);

/**
 * part_close() - close the device
 * @dev: from part_open(); NULL is allowed
 *
 * Partitions that were made through it live on.
 */
void part_close(struct part_dev *dev);

/**
 * part_dev_fd() - the device's file descriptor
 * @dev: from part_open()
 *
 * Return: the descriptor, still owned by the library.
 */
int part_dev_fd(const struct part_dev *dev);

/**
 * part_get_caps() - what this driver offers
 * @dev: from part_open()
 * @caps: filled in
 *
 * Return: 0 or an error.
 */
int part_get_caps(struct part_dev *dev, struct hvpart_caps *caps);

/**
 * part_get_info() - what hypervisor this is and what the machine looks like
 * @dev: from part_open()
 * @info: filled in
 *
 * Return: 0 or an error.
 */
int part_get_info(struct part_dev *dev, struct hvpart_info *info);

/**
 * part_read_log() - read the hypervisor's log
 * @dev: from part_open()
 * @next: in: number of the first record wanted, 0: the oldest kept; out: what
 *	to ask for next
 * @lost: records from *@next on that the ring has overwritten; or NULL
 * @records: where to
 * @max: room there
 *
 * Return: records read, 0: none newer; or an error. Never waits.
 */
int part_read_log(struct part_dev *dev, __u64 *next, __u64 *lost,
		  struct hvpart_log_record *records, __u32 max);

/**
 * part_list() - all partitions of this machine
 * @dev: from part_open()
 * @entries: by rising id; to be freed with free(); NULL if there is none
 *
 * Return: how many, or an error.
 */
int part_list(struct part_dev *dev, struct hvpart_partition_entry **entries);

/* part_config.flags; values of the mshv ABI */
#define PART_LAPIC		(1ULL << HVPART_PT_BIT_LAPIC)
#define PART_X2APIC		(1ULL << HVPART_PT_BIT_X2APIC)
#define PART_SUPER_PAGES	(1ULL << HVPART_PT_BIT_GPA_SUPER_PAGES)
#define PART_CPU_FEATURES	(1ULL << HVPART_PT_BIT_CPU_AND_XSAVE_FEATURES)
#define PART_NESTED		(1ULL << HVPART_PT_BIT_NESTED_VIRTUALIZATION)
#define PART_SMT		(1ULL << HVPART_PT_BIT_SMT_ENABLED_GUEST)

/**
 * struct part_config - how to make a partition
 * @size: sizeof(struct part_config) of the caller; part_config_init() sets it
 * @nr_vps: VPs that it will have; indices of part_vp_create() are below it
 * @flags: PART_LAPIC …
 * @privileges: leaf 0x40000003, EBX << 32 | EAX: HVPART_PRIVILEGE()
 * @hints: leaf 0x40000004 EAX
 * @features_edx: leaf 0x40000003 EDX
 * @disabled_features: processor features that the guest shall not see
 * @disabled_xsave: the same for XSAVE
 * @synthetic_features: HV_SYNTH_*, as stock VMMs set them; 0: leave alone.
 *	Set before @privileges, @hints and @features_edx, so that those win
 * @debug_break: HVPART_BREAK_*: behave wrongly on purpose, for tests
 * @ignore_unknown_msrs: reads of MSRs that do not exist give 0, writes are
 *	ignored; false: both fault, as on a real machine
 *
 * A value of 0 in @privileges, @hints or @features_edx is a value. Use
 * part_config_init(), then change what shall differ.
 */
struct part_config {
	size_t size;
	__u32 nr_vps;
	__u32 hints;
	__u64 flags;
	__u64 privileges;
	__u64 disabled_features[HV_PARTITION_PROCESSOR_FEATURES_BANKS];
	__u64 disabled_xsave;
	__u64 synthetic_features;
	__u64 debug_break;
	__u32 features_edx;
	bool ignore_unknown_msrs;
};

/**
 * part_config_init() - what a stock Debian child wants
 * @config: filled in: 1 VP, local APIC with x2APIC, large pages, the starter
 *	set of enlightenments
 */
#define part_config_init(config) \
	part_config_init_sized(config, sizeof(*(config)))

/**
 * part_config_init_sized() - what part_config_init() really calls
 * @config: filled in
 * @size: of the caller's structure: old programs go on to work when it grows
 */
void part_config_init_sized(struct part_config *config, size_t size);

/**
 * part_create() - make a partition
 * @dev: from part_open(); may be closed afterwards
 * @config: NULL: the defaults
 * @part: the new object
 *
 * The partition has its early properties but is not yet initialised: more of
 * them may be set before part_initialize().
 *
 * Return: 0; -EINVAL: no such flag, too many VPs; -EOPNOTSUPP, -ERANGE: not
 * offered; -ENOMEM.
 */
int part_create(struct part_dev *dev, const struct part_config *config,
		struct part **part);

/**
 * part_initialize() - finish the set-up
 * @part: from part_create()
 *
 * From now on it may have memory and VPs.
 *
 * Return: 0 or an error.
 */
int part_initialize(struct part *part);

/**
 * part_destroy() - end a partition
 * @part: from part_create(); NULL is allowed
 *
 * Frees its VPs' objects too, and what part_mem_add() allocated. No thread may
 * be in part_vp_run() of it.
 */
void part_destroy(struct part *part);

/**
 * part_fd() - the partition's file descriptor
 * @part: from part_create()
 *
 * Return: the descriptor, still owned by the library.
 */
int part_fd(const struct part *part);

/**
 * part_id() - the partition's id in the hypervisor
 * @part: from part_create()
 *
 * Return: the id, or 0 if the hypervisor is gone.
 */
__u64 part_id(struct part *part);

/**
 * part_get_stats() - counters of the partition
 * @part: from part_create()
 * @stats: filled in; what the driver does not know is 0
 *
 * Return: 0 or an error.
 */
int part_get_stats(struct part *part, struct hvpart_partition_stats *stats);

/**
 * part_get_crash() - what the guest said when it panicked
 * @part: from part_create()
 * @crash: filled in; count 0: it never did. message_size is the size of the
 *	message, which may be more than @size
 * @message: receives the guest's words, untrusted and without a NUL; or NULL
 * @size: bytes there
 *
 * The descriptor part_fd() polls as POLLPRI when there is a new one.
 *
 * Return: 0 or an error.
 */
int part_get_crash(struct part *part, struct hvpart_crash *crash,
		   char *message, size_t size);

/**
 * part_get_property() - read a partition property
 * @part: from part_create()
 * @code: HV_PARTITION_PROPERTY_* or HVPART_PROPERTY_*
 * @value: the answer
 *
 * Return: 0 or an error.
 */
int part_get_property(struct part *part, __u32 code, __u64 *value);

/**
 * part_set_property() - write a partition property
 * @part: from part_create()
 * @code: HV_PARTITION_PROPERTY_* or HVPART_PROPERTY_*
 * @value: new value
 *
 * Return: 0; -EBUSY where it is too late (or too early) for this one.
 */
int part_set_property(struct part *part, __u32 code, __u64 value);

/**
 * part_hvcall() - a hypercall on behalf of the partition
 * @part: from part_create(); the kernel puts its id into the first 8 bytes
 * @code: HVCALL_*; the driver has a list of what it lets through
 * @in: input block, list included; @in_sz ≤ 4096
 * @in_sz: its bytes
 * @out: output block or NULL
 * @out_sz: its bytes, ≤ 4096
 * @reps: NULL for a simple call; else in: elements, out: elements done
 *
 * Return: 0 or the status as errno, see part_last_status().
 */
int part_hvcall(struct part *part, __u16 code, const void *in, size_t in_sz,
		void *out, size_t out_sz, __u16 *reps);

/**
 * part_dev_hvcall() - a hypercall on behalf of the root
 * @dev: from part_open()
 * @code: HVCALL_*; the driver allows very few
 * @in: input block
 * @in_sz: its bytes
 * @out: output block or NULL
 * @out_sz: its bytes
 * @reps: as for part_hvcall()
 *
 * Return: as part_hvcall().
 */
int part_dev_hvcall(struct part_dev *dev, __u16 code, const void *in,
		    size_t in_sz, void *out, size_t out_sz, __u16 *reps);

/**
 * part_cpuid_override() - choose what a CPUID leaf answers
 * @part: from part_create()
 * @vp: VP index or HV_ANY_VP
 * @leaf: EAX
 * @subleaf: ECX; -1: whatever ECX is
 * @value: EAX, EBX, ECX, EDX
 * @mask: bits to take from @value; NULL: all
 *
 * Return: 0 or an error.
 */
int part_cpuid_override(struct part *part, __u32 vp, __u32 leaf, __s64 subleaf,
			const __u32 value[4], const __u32 mask[4]);

#define PART_MEM_WRITE		(1U << HVPART_SET_MEM_BIT_WRITABLE)
#define PART_MEM_EXEC		(1U << HVPART_SET_MEM_BIT_EXECUTABLE)
/* What RAM is. Reading is always allowed. */
#define PART_MEM_RAM		(PART_MEM_WRITE | PART_MEM_EXEC)

/**
 * part_mem_add() - give the partition memory
 * @part: from part_create(), initialised
 * @gpa: where the guest sees it; page aligned
 * @size: bytes; whole pages
 * @flags: PART_MEM_*
 * @hva: memory of the caller, page aligned, which must stay until it is
 *	removed; NULL: the library allocates it (zeroed, in huge pages where it
 *	is large enough, kept out of core dumps)
 * @out: where it is in this process, or NULL
 *
 * Return: 0; -EEXIST: overlaps; -ENOMEM: also RLIMIT_MEMLOCK; -EINVAL.
 */
int part_mem_add(struct part *part, __u64 gpa, __u64 size, __u32 flags,
		 void *hva, void **out);

/**
 * part_mem_remove() - take a region back
 * @part: from part_create()
 * @gpa: as it was added
 * @size: as it was added
 *
 * Return: 0; -ENOENT: no region is exactly that one; -EBUSY.
 */
int part_mem_remove(struct part *part, __u64 gpa, __u64 size);

/**
 * part_mem_discard() - take pages from the guest, for a balloon
 * @part: from part_create()
 * @ranges: pages of regions of part_mem_add(), anywhere in them
 * @nr: how many ranges
 * @done: how many were discarded, also on an error; or NULL
 *
 * The guest does not have them any more, they are not pinned and not charged,
 * and what this process had there is dropped (MADV_DONTNEED, which gives private
 * memory back to the system): nothing may be read or written there until they
 * are restored. Pages that are discarded already are passed over. When an error
 * comes from the kernel the range behind the done ones may be partly unmapped:
 * discard it again.
 *
 * Return: 0; -EINVAL: an empty range, or pages of no region; -ENOMEM; -EIO.
 */
int part_mem_discard(struct part *part,
		     const struct hvpart_memory_range *ranges, size_t nr,
		     size_t *done);

/**
 * part_mem_restore() - give discarded pages back to the guest, zeroed
 * @part: from part_create()
 * @ranges: pages that are discarded
 * @nr: how many ranges
 * @done: how many were restored, also on an error; or NULL
 *
 * A range is restored whole or not at all.
 *
 * Return: 0; -EEXIST: a page is there; -EINVAL: pages of no region; -ENOMEM:
 * also RLIMIT_MEMLOCK; -EIO.
 */
int part_mem_restore(struct part *part,
		     const struct hvpart_memory_range *ranges, size_t nr,
		     size_t *done);

/**
 * part_mem_ptr() - guest memory in this process
 * @part: from part_create()
 * @gpa: first byte, from the guest and therefore not to be trusted
 * @len: bytes that the caller is going to touch; 0 gives NULL
 *
 * Return: pointer to @len bytes, or NULL unless all of them lie in one region
 * and none is discarded. Valid until that changes. The guest may write there at any time:
 * copy first, check the copy.
 */
void *part_mem_ptr(struct part *part, __u64 gpa, __u64 len);

/**
 * part_vp_create() - make a virtual processor
 * @part: from part_create(), initialised
 * @index: 0 … nr_vps - 1
 * @vp: the new object; owned by @part, goes with part_destroy()
 *
 * Return: 0; -EEXIST; -EINVAL: index too high.
 */
int part_vp_create(struct part *part, __u32 index, struct part_vp **vp);

/**
 * part_vp_index() - the index it was created with
 * @vp: from part_vp_create()
 *
 * Return: the index.
 */
__u32 part_vp_index(const struct part_vp *vp);

/**
 * part_vp_part() - the partition it belongs to
 * @vp: from part_vp_create()
 *
 * Return: the partition.
 */
struct part *part_vp_part(const struct part_vp *vp);

/**
 * part_vp_fd() - the VP's file descriptor
 * @vp: from part_vp_create()
 *
 * Return: the descriptor, still owned by the library.
 */
int part_vp_fd(const struct part_vp *vp);

/**
 * part_vp_run() - run until there is something to do
 * @vp: from part_vp_create()
 * @msg: the intercept message, when 0 is returned
 *
 * Return: 0: @msg says what the guest did; -EINTR: a signal or part_vp_stop(),
 * nothing was lost, call again to go on; -EIO: the partition is gone or the
 * hypervisor refuses to run this VP.
 */
int part_vp_run(struct part_vp *vp, struct hv_message *msg);

/**
 * part_vp_stop() - make the next part_vp_run() return -EINTR
 * @vp: from part_vp_create(); any thread, also from a signal handler
 *
 * A call that is on its way into the guest returns too. One that is in the
 * guest, or waits for it, needs a signal besides: part_vp_kick_thread(). The
 * wish is taken back by the first call that returns -EINTR, whatever for.
 */
void part_vp_stop(struct part_vp *vp);

/* What part_vp_kick_thread() sends. Nobody but the caller handles it. */
#define PART_KICK_SIGNAL	SIGUSR1

/**
 * part_vp_kick_thread() - part_vp_stop(), and a signal for the thread
 * @vp: from part_vp_create()
 * @thread: the one that runs @vp; it must not have been joined
 *
 * The caller has a handler for PART_KICK_SIGNAL, which may be empty, without
 * SA_RESTART. No kick is lost, wherever the thread is.
 *
 * Return: 0; -ESRCH.
 */
int part_vp_kick_thread(struct part_vp *vp, pthread_t thread);

/**
 * part_vp_get_regs() - read registers
 * @vp: from part_vp_create(), not running
 * @names: HV_X64_REGISTER_*, HV_REGISTER_*
 * @values: @n answers
 * @n: how many; split into several hypercalls where needed
 *
 * Return: 0 or an error.
 */
int part_vp_get_regs(struct part_vp *vp, const __u32 *names,
		     union hv_register_value *values, size_t n);

/**
 * part_vp_set_regs() - write registers
 * @vp: from part_vp_create(), not running
 * @names: HV_X64_REGISTER_*, HV_REGISTER_*
 * @values: @n new values
 * @n: how many
 *
 * On an error those before the refused one have been written.
 *
 * Return: 0 or an error.
 */
int part_vp_set_regs(struct part_vp *vp, const __u32 *names,
		     const union hv_register_value *values, size_t n);

/**
 * part_vp_reg_page() - the shared register page
 * @vp: from part_vp_create()
 *
 * Return: the page (look at isvalid), or NULL where there is none.
 */
struct hv_vp_register_page *part_vp_reg_page(struct part_vp *vp);

/**
 * part_vp_get_state() - read a large state component
 * @vp: from part_vp_create(), not running
 * @type: HVPART_VP_STATE_*
 * @buf: any alignment
 * @size: in: bytes there; out: bytes that the state has
 *
 * Return: 0; -ENOBUFS: too small, @size says how much it takes.
 */
int part_vp_get_state(struct part_vp *vp, __u8 type, void *buf, size_t *size);

/**
 * part_vp_set_state() - write a large state component
 * @vp: from part_vp_create(), not running
 * @type: HVPART_VP_STATE_*
 * @buf: any alignment
 * @size: bytes
 *
 * Return: 0 or an error.
 */
int part_vp_set_state(struct part_vp *vp, __u8 type, const void *buf,
		      size_t size);

/**
 * part_vp_get_stats() - counters of a VP
 * @vp: from part_vp_create(); any thread, also while it runs
 * @stats: filled in; what the driver does not know is 0
 *
 * Return: 0 or an error.
 */
int part_vp_get_stats(struct part_vp *vp, struct hvpart_vp_stats *stats);

/**
 * part_assert_interrupt() - raise an interrupt in the guest
 * @part: from part_create()
 * @type: HV_X64_INTERRUPT_TYPE_*
 * @dest: APIC id, or a logical destination
 * @vector: 16 … 255; ignored for NMI, INIT …
 * @level: level triggered
 * @logical: @dest is a logical destination
 *
 * Return: 0 or an error.
 */
int part_assert_interrupt(struct part *part, __u32 type, __u64 dest,
			  __u32 vector, bool level, bool logical);

/**
 * part_post_message_direct() - put a message into a VP's message slot
 * @part: from part_create()
 * @vp: VP index
 * @sint: synthetic interrupt source, 0 … 15
 * @msg: header and payload, as the guest shall find it
 *
 * Return: 0; -EAGAIN: the guest has not emptied the slot yet; -EINVAL.
 */
int part_post_message_direct(struct part *part, __u32 vp, __u8 sint,
			     const struct hv_message *msg);

/**
 * part_signal_event_direct() - set an event flag of a VP
 * @part: from part_create()
 * @vp: VP index
 * @sint: synthetic interrupt source
 * @flag: 0 … 2047
 *
 * Return: 1: the flag was clear and is now set; 0: it was set already; or an
 * error.
 */
int part_signal_event_direct(struct part *part, __u32 vp, __u8 sint,
			     __u16 flag);

#ifdef __cplusplus
}
#endif

#include "libpart_port.h"

#endif /* _LIBPART_H */
