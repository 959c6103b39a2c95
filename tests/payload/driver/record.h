/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the audit's runtime driver leaves for the self-check: a record in its own memory, to which
 * the configuration table has a pointer, a physical address. Only the two know of it.
 */
#ifndef PAYLOAD_DRIVER_RECORD_H
#define PAYLOAD_DRIVER_RECORD_H

#include <stdint.h>

/* clang-format off */
#define DRIVER_GUID \
	{ 0xb1d2a4c7, 0x93e0, 0x4f55, { 0x8a, 0x6e, 0x2c, 0x17, 0xd4, 0x09, 0xb3, 0x5e } }
/* clang-format on */
#define DRIVER_MAGIC	   UINT64_C(0x746475616c65656b) /* "keelaudt" */
#define DRIVER_VERSION	   1
#define DRIVER_TRIALS_MOST 8

/* What no descriptor has: the last page that x86-64 can address, SDM vol. 3A 4.1.4. */
#define DRIVER_NOWHERE UINT64_C(0x000ffffffffff000)

/* A call of ConvertPointer. */
struct driver_trial {
	uint64_t disposition; /* its first argument */
	uint64_t before;      /* the pointer */
	uint64_t status;
	uint64_t after; /* the pointer, when it returns */
};

struct driver_record {
	uint64_t magic;
	uint32_t version;
	uint32_t notified;    /* how often SetVirtualAddressMap has called the driver */
	uint64_t trial_count; /* 0 before that */
	struct driver_trial trials[DRIVER_TRIALS_MOST];
};

#endif
