/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs a fuzz target over files and folders of inputs that were kept, without the fuzzer: one TAP
 * point a file. Anything the target finds ends the program.
 */
#include <dirent.h>
#include "fuzz.h"

static unsigned points;

static void replay_file(const char *name)
{
	FILE *file = fopen(name, "rb");
	uint8_t *data = need(1 << 20);
	size_t bytes;

	if (!file) {
		perror(name);
		exit(1);
	}
	bytes = fread(data, 1, 1 << 20, file);
	fclose(file);
	LLVMFuzzerTestOneInput(data, bytes);
	free(data);
	printf("ok %u - %s\n", ++points, name);
	fflush(stdout);
}

static void replay_folder(const char *folder)
{
	struct dirent **entries;
	const int count = scandir(folder, &entries, NULL, alphasort);

	if (count < 0) {
		perror(folder);
		exit(1);
	}
	for (int n = 0; n < count; n++) {
		char name[4096];

		snprintf(name, sizeof(name), "%s/%s", folder, entries[n]->d_name);
		if (entries[n]->d_name[0] != '.')
			replay_file(name);
		free(entries[n]);
	}
	free(entries);
}

int main(int argc, char **argv)
{
	for (int n = 1; n < argc; n++)
		replay_folder(argv[n]);
	printf("1..%u\n", points);
	return points ? 0 : 1;
}
