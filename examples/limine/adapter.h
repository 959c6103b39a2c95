/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the adapter know of each other. */
#ifndef LIMINE_ADAPTER_H
#define LIMINE_ADAPTER_H

#include "protocol.h"
#include <keel/boot_info.h>

/* A kernel of Limine's, as it is found in memory. */
struct guest {
	const struct keel_boot_info *info;
	uint64_t revision;    /* the base revision that it is served by */
	uint64_t entry_virt;  /* where it wants to be entered */
	uint64_t stack_bytes; /* for each CPU */
	uint64_t file_virt;   /* a copy of its file; 0: it did not ask for that */
	uint64_t file_bytes;
	struct limine_request *requests[LIMINE_REQUEST_COUNT]; /* NULL: not there */
	/* The CPUs that wait for the kernel's word; element 0 is this one. */
	struct limine_cpus *cpus;
};

/*
 * memory.c: the adapter's own memory, which the kernel may use again when it needs nothing of it.
 */
void memory_init(const struct keel_boot_info *info);
void *take(uint64_t bytes); /* zeroed, aligned to 16; a direct-map address */
void *take_page(void);	    /* the same, aligned to a page */
uint64_t memory_taken_phys(void);
uint64_t memory_taken_bytes(void); /* whole pages */

/* requests.c */
void find_requests(struct guest *guest, uint64_t start_virt, uint64_t end_virt);
/* Writes to what may be read-only, in the kernel's image. */
void write_word(uint64_t *where, uint64_t value);

/* answers.c */
void answer(struct guest *guest);

/* memory_map.c */
struct limine_words *memory_map(const struct guest *guest);

/* space.c: Keel's page tables, as far as a kernel of Limine's expects something else. */
void widen_space(const struct guest *guest);

/* cpus.c */
void gather_cpus(struct guest *guest);
void release_cpus(const struct guest *guest);

/* state.c: the state of a CPU that Limine promises. */
void prepare_state(const struct guest *guest);
void prepare_local_apic(const struct guest *guest); /* this CPU's */

/*
 * enter.S: loads that state, and enters the kernel: on this CPU at once, on another one when told.
 */
struct state {
	uint16_t pad[3];
	uint16_t gdt_limit;
	uint64_t gdt_virt;
	uint64_t pat;
	uint64_t cr0_keep, cr4_keep, efer_keep; /* bits that stay on */
	uint64_t entry_virt;
	uint64_t arrived; /* CPUs that wait for the kernel's word */
};
extern struct state entry_state;
_Noreturn void enter_kernel(uint64_t stack_virt);
_Noreturn void wait_for_go(struct limine_cpu *cpu);

/* adapter.c */
_Noreturn void give_up(const char *why);

#endif
