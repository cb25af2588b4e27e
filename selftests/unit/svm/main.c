// SPDX-License-Identifier: GPL-2.0
#include "svmtest.h"

int failures;
bool quiet;

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "every consistency rule, broken alone", test_valid },
	{ "exit decoding", test_exit },
	{ "tags under random moves and flushes", test_asid },
	{ "taking out any one flush is noticed", test_asid_mutations },
	{ "events in and out of the control block", test_event },
	{ "NMI window by one step behind IRET", test_nmi_window },
	{ "a step over a move to CR8", test_cr8 },
	{ "intercepts and permission maps", test_intercept },
	{ "guarded registers of the root", test_root_msrs },
	{ "registers by name", test_registers },
	{ "world switch: state and barriers", test_world },
	{ "taking out a barrier is noticed", test_world_mutations },
};

int main(void)
{
	int bad = 0;

	setvbuf(stdout, NULL, _IONBF, 0);
	printf("TAP version 13\n1..%zu\n", ARRAY_SIZE(tests));
	for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++) {
		failures = 0;
		quiet = false;
		hv_mutation = MUT_NONE;
		fake_reset();
		tests[i].run();
		printf("%sok %u - svm: %s\n", failures ? "not " : "", i + 1,
		       tests[i].name);
		bad += !!failures;
	}
	return bad != 0;
}
