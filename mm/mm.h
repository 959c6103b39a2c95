/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From firmware descriptors to page tables:
 *
 *	descriptors --mm_memory_map_build--> ranges	memory_map.h
 *	ranges --mm_plan_kernel and others--> plan	plan.h, with table_pages.h
 *	plan --mm_tables_build--> page tables		tables.h
 *	regions of one root --mm_share_regions--> another	share.h
 *
 * Pure freestanding C: no firmware, no libc, no allocation, no global state. The caller gives all
 * memory, and keeps it. Compiles for UEFI, for a kernel and for a host. Compilers may make calls of
 * memcpy and memset out of plain code: a freestanding program brings those two.
 *
 * Every function that can fail returns a struct mm_result (result.h), which says what is wrong and
 * at which address. What is legal but odd is told through struct mm_notes.
 */
#ifndef MM_MM_H
#define MM_MM_H

#include <stddef.h>
#include "descriptor.h"
#include "geometry.h"
#include "memory_map.h"
#include "plan.h"
#include "result.h"
#include "share.h"
#include "table_pages.h"
#include "tables.h"

#endif
