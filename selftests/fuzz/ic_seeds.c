// SPDX-License-Identifier: GPL-2.0
/* ic_seeds DIRECTORY: first inputs of "ic": each component as it should go. */
#include <stdio.h>
#include <stdlib.h>

/* choose 3.0 or 4.0; read and answer; timer; request; info */
static const unsigned char life[][48] = {
	{ 0, 4, 3, 0, 1, 1, 0, 6, 1, 0, 5, 0, 8, 0, 0, 6, 1, 0, 8, 0, 0 },
	{ 1, 4, 3, 0, 1, 7, 'k', 0, 0, 0, 1, 0, 7, 'k', 0, 0, 0, 1, 1, 0, 0 },
	{ 2, 4, 4, 0, 1, 1, 0, 6, 1, 0, 5, 0, 8, 0, 200, 6, 1, 0, 8, 0 },
	{ 3, 4, 4, 0, 1, 1, 0, 1, 0, 1, 1, 7, 'k', 0, 1, 0, 1, 0, 7, 'k', 0, 0,
	  1, 1, 0, 7, 'k', 0, 3, 0, 1, 0, 1, 0, 1, 1, 6, 1, 1, 8, 0 },
	{ 3, 4, 4, 0, 1, 1, 64, 15, 8, 0, 4, 0, 0, 200, 12, 0, 0xD8, 1, 1, 8 },
};

int main(int argc, char **argv)
{
	unsigned int i;

	for (i = 0; argc == 2 && i < sizeof(life) / sizeof(life[0]); i++) {
		char path[4096];
		FILE *f;

		snprintf(path, sizeof(path), "%s/%u", argv[1], i);
		f = fopen(path, "w");
		if (!f || fwrite(life[i], 1, sizeof(life[i]), f) !=
			  sizeof(life[i]) || fclose(f))
			return 1;
	}
	return argc != 2;
}
