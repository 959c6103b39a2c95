/* SPDX-License-Identifier: BSD-2-Clause */
/* --verdict: what is wrong with a firmware, from a report or from a memory map alone. */
#ifndef KEELMAP_VERDICT_H
#define KEELMAP_VERDICT_H

#include "keelmap.h"

/*
 * Prints a page for people, in Markdown: what machine it was, what the run came to, and each
 * finding with its meaning and what a kernel has to do. Returns an exit code: EXIT_NOT_SOUND if
 * there is a grave finding.
 */
int show_verdict(const struct options *options);

#endif
