/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints: events/hvpart in tracefs. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM hvpart

#if !defined(HVP_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define HVP_TRACE_H

#include <linux/tracepoint.h>

TRACE_EVENT(hvpart_load,
	TP_PROTO(bool loaded),
	TP_ARGS(loaded),
	TP_STRUCT__entry(
		__field(bool, loaded)
	),
	TP_fast_assign(
		__entry->loaded = loaded;
	),
	TP_printk("%s", __entry->loaded ? "demoted" : "promoted")
);

DECLARE_EVENT_CLASS(hvpart_partition,
	TP_PROTO(u64 id, u64 pages),
	TP_ARGS(id, pages),
	TP_STRUCT__entry(
		__field(u64, id)
		__field(u64, pages)
	),
	TP_fast_assign(
		__entry->id = id;
		__entry->pages = pages;
	),
	TP_printk("partition=%llu deposited=%llu", __entry->id, __entry->pages)
);

DEFINE_EVENT(hvpart_partition, hvpart_partition_create,
	TP_PROTO(u64 id, u64 pages),
	TP_ARGS(id, pages)
);

/* pages: what did not come back; 0 unless something is wrong */
DEFINE_EVENT(hvpart_partition, hvpart_partition_destroy,
	TP_PROTO(u64 id, u64 pages),
	TP_ARGS(id, pages)
);

TRACE_EVENT(hvpart_vp_run,
	TP_PROTO(u64 id, u32 vp, u32 flags, u64 deadline),
	TP_ARGS(id, vp, flags, deadline),
	TP_STRUCT__entry(
		__field(u64, id)
		__field(u32, vp)
		__field(u32, flags)
		__field(u64, deadline)
	),
	TP_fast_assign(
		__entry->id = id;
		__entry->vp = vp;
		__entry->flags = flags;
		__entry->deadline = deadline;
	),
	TP_printk("partition=%llu vp=%u flags=0x%x deadline=%llu", __entry->id,
		  __entry->vp, __entry->flags, __entry->deadline)
);

TRACE_EVENT(hvpart_vp_exit,
	TP_PROTO(u64 id, u32 vp, u16 status, u32 state, u32 event, u32 reason),
	TP_ARGS(id, vp, status, state, event, reason),
	TP_STRUCT__entry(
		__field(u64, id)
		__field(u32, vp)
		__field(u16, status)
		__field(u32, state)
		__field(u32, event)
		__field(u32, reason)
	),
	TP_fast_assign(
		__entry->id = id;
		__entry->vp = vp;
		__entry->status = status;
		__entry->state = state;
		__entry->event = event;
		__entry->reason = reason;
	),
	TP_printk("partition=%llu vp=%u status=0x%x state=%u event=%u reason=%u",
		  __entry->id, __entry->vp, __entry->status, __entry->state,
		  __entry->event, __entry->reason)
);

TRACE_EVENT(hvpart_hypercall,
	TP_PROTO(u16 code, u16 reps, u16 done, u16 status),
	TP_ARGS(code, reps, done, status),
	TP_STRUCT__entry(
		__field(u16, code)
		__field(u16, reps)
		__field(u16, done)
		__field(u16, status)
	),
	TP_fast_assign(
		__entry->code = code;
		__entry->reps = reps;
		__entry->done = done;
		__entry->status = status;
	),
	TP_printk("code=0x%x reps=%u done=%u status=0x%x", __entry->code,
		  __entry->reps, __entry->done, __entry->status)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE hvp_trace
#include <trace/define_trace.h>
