/* SPDX-License-Identifier: BSD-2-Clause */
/* keelmap: shows what Keel would build on a machine whose memory map it is given. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "keelmap.h"
#include "verdict.h"

static int show_as(const struct simulation *s)
{
	static void (*const forms[])(const struct simulation *) = {
		[FORMAT_TABLE] = show_table,   [FORMAT_PLAN] = show_plan,
		[FORMAT_LEAVES] = show_leaves, [FORMAT_JSON] = show_json,
		[FORMAT_SVG] = show_svg,
	};

	forms[s->options->format](s);
	if (s->options->format != FORMAT_JSON && s->options->format != FORMAT_SVG) {
		for (unsigned n = 0; n < s->problem_count; n++)
			printf("# problem: %s\n", s->problems[n]);
		printf("# tables used=%" PRIu64 " planned=%" PRIu64 " minimum=%" PRIu64 "\n",
		       s->pool.used, s->plan.tables, s->report.minimum);
	}
	if (fflush(stdout) || ferror(stdout)) {
		perror("keelmap: standard output");
		return EXIT_NOT_SOUND;
	}
	return EXIT_GOOD;
}

static int run(const struct options *options)
{
	struct source map = { 0 };
	struct source attributes = { 0 };
	struct simulation s = { .options = options, .map = &map, .attributes = &attributes };
	int exit_code = EXIT_BAD_INPUT;

	if (sources_read(options, &map, &attributes)) {
		exit_code = simulation_run(&s);
		if (exit_code == EXIT_GOOD)
			exit_code = show_as(&s);
		/* Shown all the same: the picture helps to see what is wrong. */
		if (s.cannot_boot || (options->check && s.problem_count))
			exit_code = EXIT_NOT_SOUND;
	}
	simulation_free(&s);
	source_free(&map);
	source_free(&attributes);
	return exit_code;
}

int main(int argc, char **argv)
{
	struct options options;
	int exit_code;

	if (options_read(&options, argc, argv, &exit_code))
		exit_code = options.verdict ? show_verdict(&options) : run(&options);
	free(options.boundaries);
	return exit_code;
}
