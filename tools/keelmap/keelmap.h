/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keelmap: reads a machine's memory map as text, and shows what Keel would build there. The way
 * through it: options, parse (text to descriptors), simulation (descriptors to checked tables with
 * mm/), contents (tables read back), and one file for each form of output.
 */
#ifndef KEELMAP_H
#define KEELMAP_H

#include <stdbool.h>
#include <stdint.h>
#include "check/check.h"
#include "mm.h"
#include "parse.h"
#include "check/walk.h"

/* Exit codes. */
#define EXIT_GOOD      0
#define EXIT_NOT_SOUND 1 /* Keel could not boot there; with --check also any other problem */
#define EXIT_BAD_INPUT 2 /* options or files make no sense */

enum format { FORMAT_TABLE, FORMAT_PLAN, FORMAT_LEAVES, FORMAT_JSON, FORMAT_SVG };

struct options {
	const char *map_path; /* "-": standard input */
	uint64_t boot;	      /* of those in a log, from 1 on; PARSE_LAST_BOOT: not given */
	const char *attributes_path;
	enum format format;
	bool check;
	bool verdict;
	bool no_1g;
	uint32_t phys_bits; /* 0: not given */
	uint64_t cpus;
	uint64_t kernel_bytes;
	uint64_t kernel_phys;
	struct mm_framebuffer framebuffers[MM_FRAMEBUFFERS_MOST];
	unsigned framebuffer_count;
	uint64_t *boundaries; /* room for all arguments; ascending, each once */
	uint32_t boundary_count;
};

/* Returns false when there is nothing more to do: *exit_code says how to leave. */
bool options_read(struct options *options, int argc, char **argv, int *exit_code);

/* A file and the descriptors in it. Zero it before use. */
struct source {
	const char *path; /* "standard input" for that; any bytes but zero */
	char *name;	  /* the same, for people: name_printable() */
	char *text;	  /* of a map: all of the file */
	size_t text_bytes;
	struct parsed parsed;
	struct parse_log log;
};

/*
 * Read and parse a file; false after a message to standard error. Of a log with several boots the
 * map is that of `boot`, and *attributes, unless NULL, gets the Memory Attributes Table of the same
 * boot, if there is one.
 */
bool source_read_map(struct source *map, const char *path, uint64_t boot,
		     struct source *attributes);
bool source_read_table(struct source *attributes, const char *path);
/* Both, as the options say. */
bool sources_read(const struct options *options, struct source *map, struct source *attributes);
void source_free(struct source *source);

/*
 * Text from outside (names.c): the character that it begins with, U+FFFD for a byte that begins
 * none. Returns its bytes. Not at the text's end.
 */
size_t name_next(const char *text, uint32_t *code);
bool name_is_control(uint32_t code);
/* The bytes of as many whole characters as there are in so many bytes. */
size_t name_cut(const char *text, size_t most);
/*
 * The text with question marks for control characters, which could forge a line, or tell a terminal
 * what to do. To be given to free(); NULL: no memory.
 */
char *name_printable(const char *text);

/* Everything that Keel would make on that machine. */
struct simulation {
	const struct options *options;
	struct source *map;
	struct source *attributes; /* without descriptors when there is none */
	struct mm_machine machine;
	struct keel_memory_range
		allocations[3]; /* kernel, CPU area, page tables, as far as placed */
	uint64_t allocation_count;
	struct mm_memory_map memory;
	void *memory_work;
	struct keel_segment segments[3];
	struct mm_fixmap_slot slots[2];
	struct mm_notes notes;
	struct mm_request request;
	struct mm_outcome outcome;
	struct mm_plan plan;
	struct keel_mapping *plan_work;
	struct mm_pool pool;
	uint64_t root;
	struct mm_check_report report; /* of all checks; violation MM_CHECK_OK when all is well */
	/* Of the log: two of the map, two of a table. No room: three. Of the checks: one. */
	char problems[8][160];
	unsigned problem_count;
	bool cannot_boot; /* one of the problems is that Keel could not boot there */
};

/* Said on standard error, and kept. One sentence, without the file's name (problems.c). */
__attribute__((format(printf, 3, 4))) void problem(struct simulation *s,
						   const struct source *source, const char *format,
						   ...);
/* Lines are missing, or there twice: what was read may not be what the machine has. */
void problems_of_log(struct simulation *s, const struct source *source);

/* Returns an exit code, after a message to standard error when it is not EXIT_GOOD. */
int simulation_run(struct simulation *simulation);
void simulation_free(struct simulation *simulation);

/*
 * Finds places for kernel, CPU area and tables; used by simulation_run (place.c). False: no memory.
 * Where the machine has no room for one of them, that is a problem, and it is shown without.
 */
bool simulation_map(struct simulation *s, const struct mm_notes *notes);
bool place_kernel(struct simulation *s);
bool place_area(struct simulation *s);
bool place_tables(struct simulation *s);

/* What one row of the layout holds with one kind of rights and memory type (contents.c). */
struct share {
	uint64_t bytes;		    /* each appearance counts */
	uint64_t leaves[MM_LEVELS]; /* by level, each appearance counts */
	uint64_t appearances;	    /* 1, or at how many addresses the same pages appear */
};

#define SHARE_RIGHTS 8 /* writable, executable, user as bits 0 to 2 */
#define SHARE_TYPES  8

struct contents {
	struct share shares[KEEL_REGION_COUNT][SHARE_RIGHTS][SHARE_TYPES];
	uint64_t bytes[KEEL_REGION_COUNT];
};

void contents_read(struct contents *contents, const struct simulation *s);

/* Words (words.c); static memory where no buffer is given. */
const char *words_rights(unsigned share_rights);   /* r-- rw- r-x rwx r--u ... */
const char *words_mapping_rights(unsigned rights); /* of enum keel_rights */
const char *words_memory_type(unsigned type);
const char *words_region(unsigned region); /* direct_map, efi, ... */
const char *words_size(char buffer[24], uint64_t bytes);
/* "rw- WB 502 MB: 120x4K 249x2M" */
const char *words_share(char *buffer, size_t bytes, const struct share *share, unsigned rights,
			unsigned type);
unsigned words_run_rights(const struct mm_run *run);
enum keel_region words_row_of(uint64_t virt);

/* Forms of output, to standard output. */
void show_table(const struct simulation *s);
void show_plan(const struct simulation *s);
void show_leaves(const struct simulation *s);
void show_json(const struct simulation *s);
void show_svg(const struct simulation *s);

#endif
