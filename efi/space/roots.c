/* SPDX-License-Identifier: BSD-2-Clause */
#include "space/roots.h"

EFI_STATUS roots_allocate(const struct firmware *fw, const struct plans *plans, struct roots *roots)
{
	const uint64_t pages = roots->tables.pages;

	if (pages == plans->tables || (fw->exited && pages > plans->tables))
		return EFI_SUCCESS;
	if (fw->exited)
		return EFI_OUT_OF_RESOURCES;
	block_free(fw, &roots->tables);
	return block_allocate(fw, &roots->tables, plans->tables, "page tables");
}

struct mm_result roots_write(const struct plans *plans, struct roots *roots)
{
	struct mm_pool *pool = &roots->pool;
	struct mm_result result;

	*pool = (struct mm_pool){
		.base = block_memory(&roots->tables),
		.phys = roots->tables.phys,
		.pages = roots->tables.pages,
	};
	result = mm_tables_build(pool, &plans->kernel, true, MM_NO_ROOT, &roots->kernel);
	if (!result.error)
		result = mm_tables_build(pool, &plans->transition, false, roots->kernel,
					 &roots->transition);
	/* Not global: the kernel's own page at this address must take its place without a trace. */
	if (!result.error)
		result = mm_tables_build(pool, &plans->landing, false, roots->transition,
					 &roots->landing);
	return result;
}
