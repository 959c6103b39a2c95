/* SPDX-License-Identifier: BSD-2-Clause */
/* A scene of scene.h and the checker of mm/. */
#ifndef TESTS_CHECK_SCENE_H
#define TESTS_CHECK_SCENE_H

/* mm's check.h and the tests' check.h have the same name: this one stands beside mm.h. */
#include "check/check.h"
#include "check/walk.h"
#include "scene.h"

static inline struct mm_check scene_checked(const struct scene *s, void *work)
{
	return (struct mm_check){
		.pool = &s->tables.pool,
		.root = s->root,
		.plan = &s->plan,
		.global = true,
		.map = &s->map,
		.framebuffers = s->request.framebuffers,
		.framebuffers_mapped = s->outcome.framebuffers_mapped,
		.work = work,
	};
}

/* All checks, with exactly as much working memory as they say they need. */
static inline struct mm_check_report scene_check(const struct scene *s)
{
	struct mm_check check = scene_checked(s, NULL);
	struct mm_check_report report;
	bool good;

	check.work = malloc(mm_check_work_bytes(&check));
	assert_non_null(check.work);
	good = mm_check_kernel(&check, &report);
	assert_int_equal(good, report.violation == MM_CHECK_OK);
	free(check.work);
	return report;
}

/* The entry of that level on the way to an address; the tables above it must be there. */
static inline uint64_t *scene_entry(const struct scene *s, uint64_t virt, unsigned int level)
{
	uint64_t table = s->root;

	for (unsigned int at = 4;; at--) {
		uint64_t *entry =
			mm_pool_table(&s->tables.pool, table) + (virt >> model_shift(at) & 511);

		if (at == level)
			return entry;
		assert_true(*entry & 1);
		table = model_child(&s->tables.pool, *entry);
	}
}

#endif
