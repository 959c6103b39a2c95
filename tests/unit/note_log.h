/* SPDX-License-Identifier: BSD-2-Clause */
/* Records the notes that mm/ gives, so that tests can ask for them afterwards. */
#ifndef TESTS_NOTE_LOG_H
#define TESTS_NOTE_LOG_H

#include "check.h"

#define NOTE_LOG_KEPT 256 /* of each test's notes the first so many are kept, all are counted */

struct note_entry {
	enum mm_note what;
	uint64_t index, phys, value;
};

struct note_log {
	struct mm_notes notes;
	uint64_t count[MM_NOTE_COUNT];
	uint64_t total;
	uint64_t value_sum[MM_NOTE_COUNT];
	struct note_entry entries[NOTE_LOG_KEPT];
};

static inline void note_log_add(void *context, enum mm_note what, uint64_t index, uint64_t phys,
				uint64_t value)
{
	struct note_log *log = context;

	assert_true(what < MM_NOTE_COUNT);
	log->count[what]++;
	log->value_sum[what] += value;
	if (log->total < NOTE_LOG_KEPT)
		log->entries[log->total] = (struct note_entry){ what, index, phys, value };
	log->total++;
}

static inline void note_log_reset(struct note_log *log)
{
	memset(log, 0, sizeof(*log));
	log->notes.note = note_log_add;
	log->notes.context = log;
}

/* The first note of that kind; it must be there. */
static inline const struct note_entry *note_log_first(const struct note_log *log, enum mm_note what)
{
	for (uint64_t i = 0; i < log->total && i < NOTE_LOG_KEPT; i++)
		if (log->entries[i].what == what)
			return &log->entries[i];
	fail_msg("no note says: %s", mm_note_text(what));
	return NULL;
}

#endif
