/* SPDX-License-Identifier: BSD-2-Clause */
/* The checks, in the order in which they run. Each reports one point or a few. */
#ifndef PAYLOAD_CHECKS_H
#define PAYLOAD_CHECKS_H

#include <stdbool.h>
#include <stdint.h>

/* Returns whether boot_info is one at all; if not, nothing else can be read from it. */
bool check_boot_info(void);
/*
 * What it points to, and what it says of the CPU. Returns whether the two memory maps in it can be
 * gone through. After this, no number in them is one that a shift or a loop has to be afraid of.
 */
bool check_boot_info_contents(void);
void check_memory_ranges(void);
/*
 * Returns whether everything that boot_info counts lies in memory, as often as it says: what goes
 * through it comes to an end, and to no fault.
 */
bool check_own_memory(void);

/* First of all: .data is as it was loaded until something is written there. */
void take_checksum(void);

/* Before fault_init() fills the IDT in, to which this gives where it is. */
uint64_t check_idt(void);

/* The machine as the kernel found it: before anything in it is changed. */
void check_entry_state(void);
void check_control_registers(void);
void check_descriptor_tables(void);

/* These need found_walk(). */
void check_rows(void);
/* Before the direct map, which is compared with what this finds. */
void check_firmware_tables(void);
void check_direct_map(void);
void check_kernel_stacks(void);
void check_cpu_entry_area(void);
void check_espfix(void);
void check_efi_region(void);
void check_kernel_text(void);
void check_modules(void);
void check_fixmap(void);
void check_vsyscall(void);
void check_exclusion(void);
void check_mappings(void);
void check_tables(void);

/* Reads what the firmware left in memory. */
void check_facts(void);
void check_madt(void);

/* What was configured, and what came with the kernel. */
void check_configured(void);
void check_measured(void);

/* These use the map. */
void check_probes(void);
void check_region_probes(void);
void check_user_access(void);
void check_patterns(void);
void check_shared_frames(void);
void check_memory_types(void);
void check_module(void);
void check_fixmap_use(void);
void check_quiet(void);
void check_leaf_bits(void);
void check_other_cpus(void);
/* Where they are: no service is called. */
void check_runtime_services(void);

/* These put the regions to their use. They change the map, and leave it as it was. */
void use_user_space(void);
void use_stacks(void);
void use_entry_area(void);
void use_espfix(void);
void use_vsyscall(void);

/* Comments: the map as it was found, and what building it took. */
void show_map(void);
void show_legend(void); /* what the colours of the map mean */
void show_figures(void);

#endif
