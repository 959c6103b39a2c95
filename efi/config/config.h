/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What to start: keel.conf, or the image's load options, read into one list of entries. Pure C
 * without firmware, so that the host can test it; docs/configuration.md is for those who write such
 * files.
 *
 * Everything that a struct config points to lies in the workspace that the caller gives, or is
 * constant; it stays good as long as the workspace does. All text is UTF-8 and ends with a NUL.
 */
#ifndef EFI_CONFIG_H
#define EFI_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lib/requests.h"

#define CONFIG_TIMEOUT_MOST 3600 /* seconds */
#define CONFIG_VERSION_MOST 9999
#define CONFIG_SCREEN_MOST  16384 /* pixels */

/* A file that is loaded for the kernel. */
struct config_module {
	const char *path;
	const char *options; /* empty: none */
};

/* A size in pixels; both 0: as the firmware has the screen. */
struct config_screen {
	uint32_t width;
	uint32_t height;
};

struct config_entry {
	const char *title;
	const char *kernel;    /* path; NULL: the built-in self-check */
	const char *driver;    /* path of one that is started first; NULL: none */
	const char *options;   /* the kernel's command line; empty: none */
	uint32_t first_module; /* index into the modules */
	uint32_t module_count;
	uint32_t line; /* of its title; 0: load options */
	bool symbols;  /* hand over the kernel's symbols */
	struct config_screen screen;
	struct requests requests;
};

struct config {
	struct config_entry *entries;
	struct config_module *modules;
	const char *chosen;  /* load options only: the title of an entry of keel.conf, or NULL */
	const char *outside; /* load options for a bundle: options for its entry; empty: none */
	uint32_t entry_count;
	uint32_t module_count;
	uint32_t timeout_seconds; /* 0: do not wait */
	uint32_t default_entry;	  /* index */
	bool quiet;		  /* show only what is odd or wrong */
	/* File only: options for the kernel may come from outside of the image that carries it. */
	bool takes_options;
};

/* What load options may ask for: all of it, or less where the image is what people trust. */
enum config_trust {
	CONFIG_FREE,
	CONFIG_SECURE, /* Secure Boot is on: the built-in self-check, without options */
	CONFIG_BUNDLE  /* the image carries its configuration: an entry of that, options for it */
};

/* What is wrong: a sentence that tells what was expected, cut with "..." if it is very long. */
struct config_error {
	uint32_t line;	     /* counted from 1; 0: load options */
	uint32_t text_bytes; /* without the NUL; the array's size: it was cut */
	char text[256];
};

enum config_result {
	CONFIG_OK,
	CONFIG_WRONG,	/* the error says why */
	CONFIG_NONE,	/* load options that start nothing: `quiet` is all that may be set */
	CONFIG_FOREIGN, /* load options that begin with KEY=, for somebody else: the error has it */
	CONFIG_NOT_TEXT, /* load options that are no UTF-16 text: firmware's own data */
};

/* Bytes of workspace, aligned to 8, for a file or load options that are so long. */
uint64_t config_work_bytes(uint64_t bytes);

/*
 * Reads all of keel.conf. Returns CONFIG_OK, with at least one entry and the default entry chosen,
 * or CONFIG_WRONG.
 */
enum config_result config_parse(const void *file, uint64_t bytes, void *work, struct config *config,
				struct config_error *error);

/*
 * Reads EFI_LOADED_IMAGE_PROTOCOL.LoadOptions (UEFI 2.10 9.1), of any alignment. CONFIG_OK means
 * either one entry, titled "load options", or no entry and `chosen`, for config_select. For a
 * bundle there is never an entry, and `chosen` may be NULL: its own default.
 */
enum config_result config_parse_options(const void *options, uint64_t bytes,
					enum config_trust trust, void *work, struct config *config,
					struct config_error *error);

/*
 * Makes the entry of that title the default and forgets the timeout: there is nothing to choose any
 * more. CONFIG_WRONG, for line 0, if there is none.
 */
enum config_result config_select(struct config *config, const char *title,
				 struct config_error *error);

#endif
