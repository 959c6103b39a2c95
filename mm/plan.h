/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan: what will be mapped, as plain data (struct keel_mapping, <keel/boot_info.h>), and how
 * the plans of Keel's three roots are made.
 */
#ifndef MM_PLAN_H
#define MM_PLAN_H

#include <stdbool.h>
#include <stdint.h>
#include <keel/boot_info.h>
#include "geometry.h"
#include "memory_map.h"
#include "result.h"
#include "table_pages.h"

/* Mappings under construction. The caller gives the array; `machine` must outlive the plan. */
struct mm_plan {
	struct keel_mapping *mappings;
	uint64_t capacity; /* elements */
	uint64_t count;	   /* elements, 0 at first */
	uint64_t tables;   /* pages that mm_tables_build takes; set by mm_plan_finish */
	const struct mm_machine *machine;
};

/*
 * Adds one mapping, cut at the machine's boundaries that lie in it. It must be sound by itself and
 * lie in the row of the layout that its `region` names. Overlap is found by mm_plan_finish.
 *
 * MM_ERR_EMPTY, UNALIGNED, WRAP, NON_CANONICAL, BAD_MAPPING, PHYS_BITS, OUTSIDE_REGION, PLAN_FULL;
 * with the last of them some pieces may have been added.
 */
struct mm_result mm_plan_add(struct mm_plan *plan, const struct keel_mapping *mapping);

/*
 * Sorts the plan by virtual address, checks every mapping (whether it came through mm_plan_add or
 * not), finds overlap, merges neighbours that are one mapping, and counts the tables. After success
 * the plan may be built. `work` has room for plan->capacity mappings and is only used during the
 * call.
 *
 * MM_ERR_EMPTY, UNALIGNED, WRAP, NON_CANONICAL, BAD_MAPPING, PHYS_BITS, OVERLAP; then the plan is
 * of no use any more.
 */
struct mm_result mm_plan_finish(struct mm_plan *plan, struct keel_mapping *work);

/* Physical places of what each CPU gets. All are multiples of 4 KiB. */
struct mm_cpu_area {
	uint64_t idt_phys;	/* 1 page */
	uint64_t blocks_phys;	/* for each CPU MM_CPU_BLOCK_PAGES */
	uint64_t stacks_phys;	/* for each CPU KEEL_STACK_BYTES */
	uint64_t espfix_phys;	/* 1 page for each 64 CPUs */
	uint64_t vsyscall_phys; /* 1 page */
	/* Only where other CPUs are started, else 0. */
	uint64_t waiting_phys;	 /* 1 page, of code */
	uint64_t mailboxes_phys; /* for each CPU a struct keel_mailbox */
	uint64_t bytes;		 /* of it all */
};

/* A CPU's block: a page each of GDT, entry stack and TSS, then the four IST stacks. */
#define MM_CPU_BLOCK_PAGES    (3 + 4 * KEEL_CEA_IST_STACK_PAGES)
#define MM_CPU_BLOCK_IST_PAGE 3 /* first IST stack page within a block */

/*
 * Lays the area out, one after the other from base_phys on; .bytes is the size to allocate. With
 * `started` there is what other CPUs need that are started.
 */
struct mm_cpu_area mm_cpu_area_layout(uint64_t base_phys, uint64_t cpu_count, bool started);

/* A device page behind a fixmap slot; mapped UC, RW, NX. */
struct mm_fixmap_slot {
	uint64_t phys; /* a multiple of 4 KiB */
	uint32_t slot; /* KEEL_FIXMAP_SLOT(slot) is its address */
};

/* Memory of a screen, at any address: whole pages around it are mapped. bytes 0: none. */
struct mm_framebuffer {
	uint64_t phys;
	uint64_t bytes;
};

#define MM_FRAMEBUFFERS_MOST 8 /* of a request; more screens than that are on no machine yet */

/*
 * The entries of the Memory Attributes Table (UEFI 2.10, 4.6.4), or count 0. Checked as a whole
 * before use: an inconsistent table is not used at all, with a note.
 */
struct mm_memory_attributes {
	const void *entries; /* the caller's; not written */
	uint64_t count;
	uint64_t stride; /* bytes, the table's own DescriptorSize */
};

/* Everything that a plan depends on. All that it points to is the caller's. */
struct mm_request {
	const struct mm_machine *machine;
	const struct mm_memory_map *map; /* coarse or not */
	/* What the map was made of, for the EFI region. VirtualStart of each is written. */
	struct mm_descriptors descriptors;
	struct mm_memory_attributes attributes;
	const struct keel_segment *segments; /* of the kernel; rights R, RW or RX */
	uint64_t segment_count;
	uint64_t cpu_count; /* at least 1 */
	struct mm_cpu_area area;
	const struct mm_fixmap_slot *slots; /* any order, each slot once */
	uint64_t slot_count;
	struct mm_framebuffer framebuffers[MM_FRAMEBUFFERS_MOST];
	const struct mm_table_pages *tables; /* firmware's, see there for the order */
	uint64_t table_count;
	const struct mm_notes *notes; /* may be NULL */
};

/* What planning found out, beside the mappings. */
struct mm_outcome {
	uint64_t left_out_bytes;      /* memory beyond the direct map's end */
	bool runtime_code_writable;   /* some runtime code had to stay writable and executable */
	uint32_t framebuffers_mapped; /* a bit each, bit 0 for the first */
};

/* Mappings that are always enough for such a request: the capacity to give to its plan. */
uint64_t mm_plan_capacity(const struct mm_request *request);

/* Bytes of `work` that mm_efi_assign needs; never more than mm_plan_capacity mappings take. */
uint64_t mm_efi_assign_work_bytes(uint64_t descriptors);

/*
 * Gives each sound runtime descriptor, in which no memory is unaccepted, its virtual address (UEFI 2.10, 8.4 "SetVirtualAddressMap"):
 * in descending order of physical addresses, from the EFI region's end downwards, each as high as
 * it can be at its physical address modulo 2 MB. So neighbours in physical memory are neighbours
 * here, whatever the order of the array, which stays as it is. VirtualStart of all others becomes
 * 0. `work` is aligned to 8 bytes and only used during the call.
 *
 * MM_ERR_EFI_FULL when the region does not suffice.
 */
struct mm_result mm_efi_assign(const struct mm_descriptors *descriptors,
			       const struct mm_machine *machine, void *work,
			       const struct mm_notes *notes);

/*
 * The kernel root: all regions of the upper half, from the request, as a finished plan. What `plan`
 * held before is dropped. It needs mappings and capacity (mm_plan_capacity); `work` has room for as
 * many mappings and is only used during the call. *outcome is written whole.
 *
 * Each error of mm_plan_add, mm_plan_finish and mm_efi_assign, and MM_ERR_CPUS, SLOT, FRAME_SHARED.
 */
struct mm_result mm_plan_kernel(struct mm_plan *plan, const struct mm_request *request,
				struct keel_mapping *work, struct mm_outcome *outcome);

/*
 * The transition root's lower half: all memory, all runtime ranges and page 0, but for unaccepted
 * memory, at VA = PA, writable and executable: what SetVirtualAddressMap and the loader's own code
 * need. Leaves of what is not runtime memory tell later whether it was used:
 * KEEL_RIGHTS_WATCHED_RWX. Otherwise as mm_plan_kernel, but for the errors: those of mm_plan_add
 * and mm_plan_finish.
 */
struct mm_result mm_plan_transition(struct mm_plan *plan, const struct mm_request *request,
				    struct keel_mapping *work);

/*
 * The landing root's upper half: the page or two pages (virt, bytes, from landing_phys on) in
 * which the instruction that loads the kernel root into CR3 ends right at the kernel's entry.
 * plan->machine is set before; otherwise as mm_plan_transition.
 */
struct mm_result mm_plan_landing(struct mm_plan *plan, uint64_t virt, uint64_t bytes,
				 uint64_t landing_phys, struct keel_mapping *work);

#endif
