// SPDX-License-Identifier: GPL-2.0
#include "model.h"
const struct test overlay_tests[] = { { NULL, NULL } };
