/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that belongs to the kernel, as the memory map in boot_info has it. */
#ifndef PAYLOAD_KEPT_H
#define PAYLOAD_KEPT_H

#include <stdbool.h>
#include <stdint.h>
#include <keel/boot_info.h>

/* The IST stacks of one CPU: #DF, NMI, #DB, #MC. */
#define IST_STACKS_BYTES \
	((KEEL_IST_MCE - KEEL_IST_DF + 1) * KEEL_CEA_IST_STACK_PAGES * KEEL_PAGE_SIZE)

/*
 * That this is memory of the CPUs, which nobody gives away. Returns whether all of it can be read,
 * whatever that memory is called.
 */
bool expect_cpu_area(const char *what, uint64_t phys, uint64_t bytes);

/* Bytes of an array; more than there can be anywhere where they do not fit into 64 bits. */
static inline uint64_t array_bytes(uint64_t count, uint64_t element_bytes)
{
	uint64_t bytes;

	return __builtin_mul_overflow(count, element_bytes, &bytes) ? UINT64_MAX : bytes;
}

/* Whether the range ends where the CPU's physical addresses do, or before. */
bool range_is_possible(const struct keel_memory_range *r);

/* The possible range of the memory map in which an address lies; NULL if in none. */
const struct keel_memory_range *find_range(uint64_t phys);

/*
 * Whether the self-check may write there and put back what it found: conventional memory, and what
 * Keel took for the kernel. Everything else is somebody's: firmware looks at it when it pleases.
 */
bool may_be_stored_to(uint64_t phys);

/*
 * One range of the map, of this type, holds all of it: neighbours are merged. Returns whether so;
 * no bytes are held by any.
 */
bool expect_kept(const char *what, uint64_t phys, uint64_t bytes, uint32_t type);

#endif
