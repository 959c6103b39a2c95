/* SPDX-License-Identifier: BSD-2-Clause */
/* How long each stage of the way to the kernel takes, in ticks of the time stamp counter. */
#ifndef EFI_LIB_STOPWATCH_H
#define EFI_LIB_STOPWATCH_H

#include <stdint.h>
#include <keel/boot_info.h>
#include "lib/x86.h"

struct stopwatch {
	uint64_t entry_tsc; /* when Keel was started */
	uint64_t since;	    /* when the stage that is going on began */
	uint64_t ticks[KEEL_STAGE_COUNT];
};

static inline void stopwatch_start(struct stopwatch *w)
{
	*w = (struct stopwatch){ .entry_tsc = read_tsc() };
	w->since = w->entry_tsc;
}

/* What went on until now is part of no stage. */
static inline void stopwatch_skip(struct stopwatch *w)
{
	w->since = read_tsc();
}

/* What went on until now belongs to this stage, which may have had a part before. */
static inline void stopwatch_end(struct stopwatch *w, enum keel_stage stage)
{
	const uint64_t now = read_tsc();

	w->ticks[stage] += now - w->since;
	w->since = now;
}

#endif
