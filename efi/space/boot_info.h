/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel is told: the one place in which struct keel_boot_info is filled in. */
#ifndef EFI_SPACE_BOOT_INFO_H
#define EFI_SPACE_BOOT_INFO_H

#include <keel/boot_info.h>
#include "lib/stopwatch.h"
#include "load/kernel.h"
#include "load/modules.h"
#include "machine/machine.h"
#include "trust/tpm_log.h"

/* What the steps before have found out. */
struct boot_facts {
	const struct machine *machine;
	const struct loaded_image *image;
	const struct volume *volume;
	const struct boot_entry *entry;
	const struct kernel *kernel;
	const struct modules *modules;
	const struct trust *trust;
	struct tpm_log *tpm_log; /* whose end comes right before the exit */
};

/* What became of the firmware on the way out. */
struct exit_facts {
	uint64_t tries; /* calls of ExitBootServices */
	enum keel_runtime_state runtime_state;
	EFI_STATUS runtime_status; /* of SetVirtualAddressMap */
	bool stale_crc;		   /* it left a CRC32 of the system table stale */
	uint64_t system_table_virt;
	/* ConfigurationTable before that call, which converts the pointer. */
	uint64_t configuration_phys;
	uint64_t configuration_count;
	/* The exception that SetVirtualAddressMap ended with; all zero if there was none. */
	uint64_t fault_rip;
	uint64_t fault_cr2;
	uint64_t fault_vector;
	uint64_t fault_error;
	/* Other CPUs that were told to start, and those that wait now. */
	uint64_t cpus_told;
	uint64_t cpus_waiting;
};

/* How much the arrays have to hold at most. */
struct boot_info_sizes {
	uint64_t map_bytes;	   /* the firmware's memory map */
	uint64_t attributes_bytes; /* its Memory Attributes Table */
	uint64_t ranges;
	uint64_t mappings;
};

/* boot_info and all that it leads to, in one block, at physical addresses. */
struct boot_info {
	struct block block;
	struct keel_boot_info *info;
	void *efi_map;
	void *attributes;
	struct keel_memory_range *ranges;
	struct keel_mapping *mappings;
	struct keel_cpu *cpus;
	struct keel_io_apic *io_apics;
	struct keel_segment *segments;
	struct keel_module *modules;
	struct keel_screen *screens;
	char *edids;
	char *strings;
};

/* The memory for it, zeroed but for the random seed and what monitors say of themselves. */
EFI_STATUS boot_info_allocate(const struct firmware *fw, const struct boot_facts *facts,
			      const struct boot_info_sizes *sizes, struct boot_info *boot_info);
void boot_info_free(const struct firmware *fw, struct boot_info *boot_info);

struct space;

/*
 * Fills in everything, but the array elements that were written by those who made them: ranges,
 * mappings, CPUs, the firmware's map, and the random seed. Ends the last stage, KEEL_STAGE_JUMP.
 */
void boot_info_fill(const struct firmware *fw, const struct boot_facts *facts,
		    const struct space *space, const struct exit_facts *exit,
		    struct stopwatch *watch);

#endif
