/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A module for the self-check: compiled to a relocatable object and carried in the kernel, which
 * loads it into module space. It is written so that the compiler needs each kind of relocation
 * that code of the kernel model has: calls, data near RIP, addresses in 32 bits and in 64.
 */
#include "module.h"

/* Written here and read by the kernel. */
uint64_t module_calls;

static uint64_t twice(uint64_t n)
{
	return n * 2;
}

static uint64_t through_kernel(uint64_t n)
{
	return kernel_callback(n) + kernel_number;
}

static uint64_t (*const functions[])(uint64_t) = { twice, through_kernel };
/* The kernel may change it: so the compiler cannot know what it holds. */
uint64_t (*const *module_table)(uint64_t) = functions;

uint64_t module_entry(uint64_t which, uint64_t n)
{
	module_calls++;
	/* Both are the same, one by a pointer that is data, one by the table's own address. */
	if (module_table[which] != functions[which])
		return 0;
	return functions[which](n);
}
