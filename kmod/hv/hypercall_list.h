/* SPDX-License-Identifier: GPL-2.0 */
/*
 * code, handler, input header bytes, output header bytes, bytes of an input
 * element, of an output element, shape, privilege (bit number of the
 * partition privilege mask, NONE = any caller), target.
 *
 * Target: what the header names first, looked up and locked before the handler
 * and released after it.
 *   T_NONE    nothing
 *   T_ROOT    nothing; the caller must be the root
 *   T_CHILD   partition id at 0: a child of the caller, in any state
 *   T_POOL    likewise, or the root naming itself
 *   T_ACTIVE  a child that is initialised
 *   T_OWN     likewise (the caller needs P_CREATE), or the caller itself (it
 *             needs the privilege of this row)
 *   T_NAMED   a child that is initialised, and VP index at 8
 *   T_VP      likewise, and claimed, so that nobody runs or touches it
 */
#ifndef HV_HYPERCALL_LIST_H
#define HV_HYPERCALL_LIST_H

#include <hvpart/call_guest.h>
#include <hvpart/call_hvpart.h>
#include <hvpart/call_intercept.h>
#include <hvpart/call_interrupt.h>
#include <hvpart/call_memory.h>
#include <hvpart/call_partition.h>
#include <hvpart/call_vp.h>
#include <hvpart/stats.h>

#define P_NONE		0xff
#define P_CREATE	32	/* HV_CREATE_PARTITIONS */
#define P_ID		33
#define P_POOL		34
#define P_POST		36
#define P_SIGNAL	37
#define P_CREATE_PORT	38
#define P_CONNECT_PORT	39
#define P_EXTENDED	52

#define T_NONE		0
#define T_ROOT		1
#define T_CHILD		2
#define T_POOL		3
#define T_ACTIVE	4
#define T_OWN		5
#define T_NAMED		6
#define T_VP		7

#define S(t)		sizeof(struct t)
#define U(t)		sizeof(union t)

#define HYPERCALL_LIST(X) \
/* the guest's own */ \
X(HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE, hc_flush, S(hv_tlb_flush), 0, 0, \
  0, HC_SIMPLE, P_NONE, T_NONE) \
X(HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST, hc_flush, S(hv_tlb_flush), 0, 8, \
  0, HC_REP, P_NONE, T_NONE) \
X(HVCALL_NOTIFY_LONG_SPIN_WAIT, hc_spin_wait, 8, 0, 0, 0, HC_FAST, P_NONE, \
  T_NONE) \
X(HVCALL_SEND_IPI, hc_send_ipi, S(hv_send_ipi), 0, 0, 0, HC_FAST, P_NONE, \
  T_NONE) \
X(HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE_EX, hc_flush_ex, \
  S(hv_tlb_flush_ex), 0, 0, 0, HC_VAR, P_NONE, T_NONE) \
X(HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST_EX, hc_flush_ex, \
  S(hv_tlb_flush_ex), 0, 8, 0, HC_REP | HC_VAR, P_NONE, T_NONE) \
X(HVCALL_SEND_IPI_EX, hc_send_ipi_ex, S(hv_send_ipi_ex), 0, 0, 0, HC_VAR, \
  P_NONE, T_NONE) \
/* partitions */ \
X(HVCALL_CREATE_PARTITION, hc_create_partition, \
  S(hv_input_create_partition), 8, 0, 0, HC_SIMPLE, P_CREATE, T_NONE) \
X(HVCALL_INITIALIZE_PARTITION, hc_initialize, 8, 0, 0, 0, HC_FAST, P_CREATE, \
  T_CHILD) \
X(HVCALL_FINALIZE_PARTITION, hc_finalize, 8, 0, 0, 0, HC_FAST, P_CREATE, \
  T_CHILD) \
X(HVCALL_DELETE_PARTITION, hc_delete, 8, 0, 0, 0, HC_FAST, P_CREATE, T_NONE) \
X(HVCALL_GET_PARTITION_PROPERTY, hc_get_property, \
  S(hv_input_get_partition_property), 8, 0, 0, HC_SIMPLE, P_CREATE, T_POOL) \
X(HVCALL_SET_PARTITION_PROPERTY, hc_set_property, \
  S(hv_input_set_partition_property), 0, 0, 0, HC_SIMPLE, P_CREATE, T_CHILD) \
X(HVCALL_GET_PARTITION_ID, hc_get_id, 0, 8, 0, 0, HC_SIMPLE, P_ID, T_NONE) \
X(HVCALL_GET_NEXT_CHILD_PARTITION, hc_next_child, \
  S(hv_input_get_next_child_partition), 8, 0, 0, HC_SIMPLE, P_CREATE, \
  T_NONE) \
X(HVCALL_DEPOSIT_MEMORY, hc_deposit, 8, 0, 8, 0, HC_REP, P_POOL, T_POOL) \
X(HVCALL_WITHDRAW_MEMORY, hc_withdraw, S(hv_input_withdraw_memory), 0, 0, 8, \
  HC_REP, P_POOL, T_POOL) \
X(HVCALL_GET_MEMORY_BALANCE, hc_balance, S(hv_input_get_memory_balance), \
  S(hv_output_get_memory_balance), 0, 0, HC_SIMPLE, P_POOL, T_POOL) \
/* memory */ \
X(HVCALL_MAP_GPA_PAGES, hc_map_gpa, S(hv_input_map_gpa_pages), 0, 8, 0, \
  HC_EACH, P_CREATE, T_ACTIVE) \
X(HVCALL_UNMAP_GPA_PAGES, hc_unmap_gpa, S(hv_input_unmap_gpa_pages), 0, 0, \
  0, HC_EACH, P_CREATE, T_ACTIVE) \
X(HVCALL_GET_GPA_PAGES_ACCESS_STATES, hc_access_states, \
  S(hv_input_get_gpa_pages_access_state), 0, 0, 1, HC_EACH, P_CREATE, \
  T_ACTIVE) \
/* virtual processors */ \
X(HVCALL_CREATE_VP, hc_create_vp, S(hv_create_vp), 0, 0, 0, HC_SIMPLE, \
  P_CREATE, T_ACTIVE) \
X(HVCALL_DELETE_VP, hc_delete_vp, 16, 0, 0, 0, HC_FAST, P_CREATE, T_NAMED) \
X(HVCALL_GET_VP_REGISTERS, hc_get_registers, S(hv_input_get_vp_registers), \
  0, 4, 16, HC_EACH, P_CREATE, T_VP) \
X(HVCALL_SET_VP_REGISTERS, hc_set_registers, S(hv_input_set_vp_registers), \
  0, 32, 0, HC_EACH, P_CREATE, T_VP) \
X(HVCALL_MAP_VP_STATE_PAGE, hc_map_state_page, \
  S(hv_input_map_vp_state_page), 8, 0, 0, HC_SIMPLE, P_CREATE, T_VP) \
X(HVCALL_UNMAP_VP_STATE_PAGE, hc_unmap_state_page, 16, 0, 0, 0, HC_FAST, \
  P_CREATE, T_VP) \
X(HVCALL_GET_VP_STATE, hc_get_vp_state, S(hv_input_get_vp_state), \
  U(hv_output_get_vp_state), 0, 0, HC_VAR, P_CREATE, T_VP) \
X(HVCALL_SET_VP_STATE, hc_set_vp_state, S(hv_input_set_vp_state), 0, 0, 0, \
  HC_VAR, P_CREATE, T_VP) \
X(HVCALL_DISPATCH_VP, hc_dispatch_vp, S(hv_input_dispatch_vp), 0, 0, 0, \
  HC_FAST, P_CREATE, T_VP) \
/* intercept results, interrupts */ \
X(HVCALL_REGISTER_INTERCEPT_RESULT, hc_register_result, \
  S(hv_input_register_intercept_result), 0, 0, 0, HC_SIMPLE, P_CREATE, \
  T_ACTIVE) \
X(HVCALL_UNREGISTER_INTERCEPT_RESULT, hc_unregister_result, \
  S(hv_input_unregister_intercept_result), 0, 0, 0, HC_SIMPLE, P_CREATE, \
  T_ACTIVE) \
X(HVCALL_GET_VP_CPUID_VALUES, hc_get_cpuid, S(hv_input_get_vp_cpuid_values), \
  0, S(hv_cpuid_leaf_info), S(hv_cpuid_result), HC_EACH, P_CREATE, T_VP) \
X(HVCALL_ASSERT_VIRTUAL_INTERRUPT, hc_assert_interrupt, \
  S(hv_input_assert_virtual_interrupt), 0, 0, 0, HC_SIMPLE, P_CREATE, \
  T_ACTIVE) \
/* ports, messages, events */ \
X(HVCALL_CREATE_PORT, hc_create_port, S(hv_input_create_port), 0, 0, 0, \
  HC_SIMPLE, P_CREATE_PORT, T_OWN) \
X(HVCALL_DELETE_PORT, hc_delete_port, 16, 0, 0, 0, HC_FAST, P_CREATE_PORT, \
  T_OWN) \
X(HVCALL_CONNECT_PORT, hc_connect_port, S(hv_input_connect_port), 0, 0, 0, \
  HC_SIMPLE, P_NONE, T_NONE) \
X(HVCALL_DISCONNECT_PORT, hc_disconnect_port, 16, 0, 0, 0, HC_FAST, \
  P_CONNECT_PORT, T_OWN) \
X(HVCALL_POST_MESSAGE, hc_post_message, S(hv_input_post_message), 0, 0, 0, \
  HC_SLOW_ONLY, P_POST, T_NONE) \
X(HVCALL_SIGNAL_EVENT, hc_signal_event, 8, 0, 0, 0, HC_FAST, P_SIGNAL, \
  T_NONE) \
X(HVCALL_SIGNAL_EVENT_DIRECT, hc_signal_direct, \
  S(hv_input_signal_event_direct), 8, 0, 0, HC_SIMPLE, P_CREATE, T_NAMED) \
X(HVCALL_POST_MESSAGE_DIRECT, hc_post_direct, \
  S(hv_input_post_message_direct), 0, 0, 0, HC_SIMPLE, P_CREATE, T_NAMED) \
/* our own */ \
X(HVCALL_HVPART_NULL, hc_null, 0, 0, 0, 0, HC_FAST, P_CREATE, T_NONE) \
X(HVCALL_HVPART_LEAVE, hc_leave, 0, 0, 0, 0, HC_FAST, P_CREATE, T_ROOT) \
X(HVCALL_HVPART_SYNC, hc_sync, 8, 0, 0, 0, HC_FAST, P_CREATE, T_NONE) \
X(HVCALL_HVPART_REGISTER_CALLER_PAGE, hc_caller_page, 16, 0, 0, 0, HC_FAST, \
  P_CREATE, T_NONE) \
X(HVCALL_HVPART_READ_LOG, hc_read_log, S(hvpart_input_read_log), \
  S(hvpart_output_read_log) + HVPART_READ_LOG_MAX * S(hvpart_log_entry), 0, \
  0, HC_SIMPLE, P_CREATE, T_ROOT) \
X(HVCALL_HVPART_GET_STATS, hc_get_stats, S(hvpart_input_get_stats), \
  S(hvpart_vp_stats), 0, 0, HC_SIMPLE, P_CREATE, T_POOL) \
X(HVCALL_HVPART_PREPARE_LEAVE, hc_prepare_leave, 0, 0, 0, 0, HC_FAST, \
  P_CREATE, T_ROOT) \
X(HVCALL_HVPART_CANCEL_LEAVE, hc_cancel_leave, 0, 0, 0, 0, HC_FAST, \
  P_CREATE, T_ROOT) \
X(HVCALL_HVPART_RECEIVE_MESSAGE, hc_receive_message, \
  S(hvpart_input_receive_message), S(hvpart_output_receive_message), 0, 0, \
  HC_SIMPLE, P_CREATE, T_NONE)

#endif
