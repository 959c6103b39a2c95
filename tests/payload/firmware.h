/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's own memory map and Memory Attributes Table, read as they are: in any order, with
 * their stride, unsound entries left out. Every question is answered by a look through the whole
 * array, which needs neither memory nor the loader's sorted copy.
 */
#ifndef PAYLOAD_FIRMWARE_H
#define PAYLOAD_FIRMWARE_H

#include <stdbool.h>
#include <stdint.h>
#include <keel/boot_info.h>

/* Number of descriptors, and the nth, or NULL when it is not sound. */
uint64_t firmware_count(void);
const struct keel_efi_descriptor *firmware_descriptor(uint64_t n);

/* VirtualStart of the nth, sound or not. */
uint64_t firmware_virt(uint64_t n);

static inline uint64_t firmware_bytes(const struct keel_efi_descriptor *d)
{
	return d->pages * KEEL_PAGE_SIZE;
}

/* What the firmware says of [phys, end): the largest such range that begins with phys. */
struct firmware_span {
	uint64_t end;
	bool known; /* there is a descriptor */
	bool memory;
	uint32_t type;
	uint64_t attribute;
};

/* Where descriptors overlap, one that is not memory wins. */
struct firmware_span firmware_span(uint64_t phys);

/* Whether firmware may use this type: it is not Keel's, and has a meaning to somebody. */
bool firmware_has_type(uint32_t type);

/* All of these bytes are memory, so that the direct map holds them. */
bool firmware_all_memory(uint64_t phys, uint64_t bytes);

/* Loader, boot services, runtime services, conventional, ACPI and persistent memory. */
bool firmware_is_memory(uint32_t type);

/* RUNTIME, or a type that means it: some boards forget the bit. */
static inline bool firmware_means_runtime(uint32_t type, uint64_t attribute)
{
	return attribute & KEEL_EFI_MEMORY_RUNTIME ||
	       type == KEEL_MEMORY_TYPE_RUNTIME_SERVICES_CODE ||
	       type == KEEL_MEMORY_TYPE_RUNTIME_SERVICES_DATA;
}

/* The same, but for what lies where memory is unaccepted. */
bool firmware_is_runtime(const struct keel_efi_descriptor *d);

/*
 * The virtual address of a physical one in the EFI region, and back; an address that lies in no
 * runtime descriptor stays as it is.
 */
uint64_t firmware_runtime_virt(uint64_t phys);
uint64_t firmware_runtime_phys(uint64_t virt);

/* How a mapping of such memory is cached. */
enum keel_memory_type firmware_memory_type(uint32_t type, uint64_t attribute);

/*
 * Whether there is a Memory Attributes Table with as many entries as its header says, of a size
 * that they can have.
 */
bool firmware_attributes_are_there(void);

/* Whether there is a Memory Attributes Table that obeys its specification. */
bool firmware_has_attributes(void);

/*
 * RIGHT_ bits that the runtime descriptor gives at phys, and in *end how far they reach, at most
 * to the descriptor's own end.
 */
uint8_t firmware_rights(const struct keel_efi_descriptor *d, uint64_t phys, uint64_t *end);

#endif
