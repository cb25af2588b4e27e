// SPDX-License-Identifier: GPL-2.0
/* The one place that makes the tracepoints. */
#include <linux/module.h>

#define CREATE_TRACE_POINTS
#include "hvp_trace.h"
