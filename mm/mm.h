/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From firmware descriptors to page tables:
 *
 *	descriptors --mm_memory_map_build--> ranges --mm_plan_...--> plan --mm_tables_build--> tables
 *
 * Pure freestanding C: no firmware, no libc, no allocation, no global state. The caller gives all
 * memory, and keeps it. Compiles for UEFI, for a kernel and for a host. Compilers may make calls of
 * memcpy and memset out of plain code: a freestanding program brings those two.
 *
 * Errors: every function that can fail returns a struct mm_result; on failure `address` says where
 * (which address that is stands beside each error). Nothing is ever clamped or rounded in silence;
 * what is legal but odd is told through struct mm_notes.
 */
#ifndef MM_MM_H
#define MM_MM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <keel/boot_info.h>
#include <keel/layout.h>
#include <keel/paging.h>

/*
 * Bits of a table index: 9 on x86-64. Tests compile mm/ with 2, which makes a geometry so small
 * that every range in it can be tried: 4 entries a table, 20-bit virtual addresses.
 */
#ifndef MM_INDEX_BITS
#define MM_INDEX_BITS 9
#endif
#define MM_ENTRIES	      (1u << MM_INDEX_BITS)
#define MM_LEVELS	      4
#define MM_LEVEL_SHIFT(level) (KEEL_PAGE_SHIFT + ((level)-1) * MM_INDEX_BITS)
#define MM_LEVEL_BYTES(level) (UINT64_C(1) << MM_LEVEL_SHIFT(level)) /* what one entry covers */
#define MM_VIRT_BITS	      (KEEL_PAGE_SHIFT + MM_LEVELS * MM_INDEX_BITS)
/* First address of the upper half: sign-extended. */
#define MM_UPPER_HALF (~UINT64_C(0) << (MM_VIRT_BITS - 1))

enum mm_error {
	MM_OK,
	MM_ERR_EMPTY,	       /* a mapping of no bytes; its virtual address */
	MM_ERR_UNALIGNED,      /* an address or length is not a multiple of 4 KiB; that value */
	MM_ERR_WRAP,	       /* a mapping passes the end of the address space; its address */
	MM_ERR_NON_CANONICAL,  /* a virtual address that does not exist; that address */
	MM_ERR_PHYS_BITS,      /* beyond MAXPHYADDR; the physical address */
	MM_ERR_OUTSIDE_REGION, /* a mapping leaves its row of the layout; its virtual address */
	MM_ERR_OVERLAP,	       /* two mappings share an address; the second one's virtual address */
	MM_ERR_BAD_MAPPING,    /* rights, level or repetition have no meaning; virtual address */
	MM_ERR_PLAN_FULL,      /* the plan's array is too small; its capacity */
	MM_ERR_POOL_FULL,      /* more table pages needed than the pool has; pages needed */
	MM_ERR_STRIDE,	       /* descriptor stride too small or not a multiple of 8; the stride */
	MM_ERR_MAP_FULL,       /* the output of the memory map is too small; its capacity */
	MM_ERR_EFI_FULL,       /* runtime ranges do not fit into the EFI region; physical address */
	MM_ERR_CPUS,	       /* more CPUs than a region has slots; the number of CPUs */
	MM_ERR_SLOT,	       /* a fixmap slot out of range or used twice; the slot */
	MM_ERR_ROOT,	       /* the root to share with is not in the pool; its index */
	MM_ERR_FRAME_SHARED,   /* a frame would be writable and executable; its physical address */
	MM_ERR_COUNT
};

/* What happened and where. error is MM_OK or one of the others; address as stated beside each. */
struct mm_result {
	enum mm_error error;
	uint64_t address;
};

/* One sentence for an error, without a full stop; static memory. */
const char *mm_error_text(enum mm_error error);

/* Things that are worth a line in the log but do not stop anything. */
enum mm_note {
	MM_NOTE_ZERO_PAGES,	/* descriptor dropped: no pages */
	MM_NOTE_UNALIGNED,	/* descriptor dropped: start is not a multiple of 4 KiB */
	MM_NOTE_WRAP,		/* descriptor dropped: it passes 2^64 */
	MM_NOTE_PHYS_BITS,	/* descriptor dropped: it passes MAXPHYADDR */
	MM_NOTE_TYPE,		/* descriptor dropped: type above 15 */
	MM_NOTE_OVERLAP,	/* two descriptors overlap, the more restrictive one wins */
	MM_NOTE_RUNTIME_BIT,	/* runtime services type without RUNTIME: treated as if it had it */
	MM_NOTE_NO_CACHE_BIT,	/* no cacheability attribute: mapped uncached */
	MM_NOTE_LEFT_OUT,	/* memory beyond the direct map's end; value: bytes */
	MM_NOTE_ATTRIBUTES_BAD, /* Memory Attributes Table inconsistent, not used; index: entry */
	MM_NOTE_CODE_WRITABLE,	/* runtime code stays writable and executable; its first address,
				 * and pages in all */
	MM_NOTE_FRAMEBUFFER, /* framebuffer not mapped: overlaps memory or leaves the direct map */
	MM_NOTE_COUNT
};

#define MM_NO_INDEX (~UINT64_C(0)) /* a note is not about one descriptor */

/*
 * Where notes go. note may be NULL. index is the descriptor's place in the firmware's array (or as
 * said above), or MM_NO_INDEX; phys its physical start, value its pages (or as said above).
 */
struct mm_notes {
	void (*note)(void *context, enum mm_note what, uint64_t index, uint64_t phys,
		     uint64_t value);
	void *context;
};

const char *mm_note_text(enum mm_note note);

/* The CPU and its memory types, as far as they matter to page tables. */
struct mm_machine {
	uint32_t phys_bits;	     /* MAXPHYADDR, 32 to 52 */
	uint32_t largest_leaf_level; /* KEEL_LEVEL_PD, or KEEL_LEVEL_PDPT with 1 GB pages */
	/*
	 * Physical addresses where the effective MTRR type may change, ascending, multiples of
	 * 4 KiB: no large page may have one of them inside it. 1 MiB is always one of them, whether
	 * it is listed or not, because of the fixed-range MTRRs (SDM vol. 3A 11.11.9).
	 */
	const uint64_t *boundaries;
	uint32_t boundary_count;
};

/* An array of UEFI descriptors, in the firmware's order and with its stride. */
struct mm_descriptors {
	void *first;
	uint64_t bytes;	 /* of the whole array */
	uint64_t stride; /* from one descriptor to the next, at least 40, a multiple of 8 */
};

/* Number of descriptors, and the nth one; n must be below the number. */
static inline uint64_t mm_descriptor_count(const struct mm_descriptors *d)
{
	return d->stride ? d->bytes / d->stride : 0;
}

static inline struct keel_efi_descriptor *mm_descriptor(const struct mm_descriptors *d, uint64_t n)
{
	return (struct keel_efi_descriptor *)((char *)d->first + n * d->stride);
}

/*
 * Memory map (memory_map.c)
 */

/* Is this type mapped as memory in the direct map? Keel's own types are. */
bool mm_type_is_memory(uint32_t type);

/* Does this descriptor belong into the EFI region: RUNTIME bit, or a runtime services type? */
bool mm_descriptor_is_runtime(const struct keel_efi_descriptor *d);

/*
 * Is the descriptor sound? Returns true, or false with the reason in *why (a MM_NOTE_ value).
 */
bool mm_descriptor_is_sound(const struct keel_efi_descriptor *d, uint32_t phys_bits,
			    enum mm_note *why);

/*
 * The memory type for a mapping of such memory: write-back where the attributes offer it and it is
 * not MMIO, else the best they offer, else uncached (then *no_cache_bit is set to true; it is left
 * alone otherwise).
 */
enum keel_memory_type mm_memory_type(uint32_t type, uint64_t attribute, bool *no_cache_bit);

/* The sorted, merged, overlap-free map. The caller gives the array and its capacity. */
struct mm_memory_map {
	struct keel_memory_range *ranges;
	uint64_t capacity; /* elements; 2 * (descriptors + own ranges) always suffices */
	uint64_t count;	   /* set by mm_memory_map_build */
	/*
	 * Merge neighbours that are mapped alike, whatever their types: enough to plan with, and
	 * much shorter. What is not mapped at all is left out. The type and attributes of a range
	 * are those of its first part, and `reserved` is mm/'s own note of how it is mapped.
	 */
	bool coarse;
};

/* Bytes of working memory that mm_memory_map_build needs for that many inputs in total. */
uint64_t mm_memory_map_work_bytes(uint64_t inputs);

/*
 * Sorts, checks and merges the descriptors and `own_count` ranges of Keel's own (phys, bytes and
 * a type from KEEL_MEMORY_TYPE_KERNEL on; their memory is a part of some descriptor's). Where
 * inputs overlap, the most restrictive type wins. Time n log n; linear when the input is sound and
 * made of few ascending runs. An own range keeps the attributes that it is given. `work` is aligned to 8 bytes and only used during the call.
 * Descriptors are not modified. ranges[].virt is 0 afterwards, see mm_memory_map_address.
 */
struct mm_result mm_memory_map_build(struct mm_memory_map *map, const struct mm_machine *machine,
				     const struct mm_descriptors *descriptors,
				     const struct keel_memory_range *own, uint64_t own_count,
				     void *work, const struct mm_notes *notes);

/* Fills in ranges[].virt: the direct-map address of all memory that the direct map reaches. */
void mm_memory_map_address(const struct mm_memory_map *map);

/*
 * Would the two maps be mapped alike? True when they have the same memory and the same other
 * ranges with the RUNTIME bit, with the same memory types; which type of memory is where, as it
 * changes with every allocation, does not matter.
 */
bool mm_memory_map_same(const struct mm_memory_map *left, const struct mm_memory_map *right);

/*
 * Plan (plan.c, and one file or function a region)
 */

/* Mappings under construction. The caller gives the array; `machine` must outlive the plan. */
struct mm_plan {
	struct keel_mapping *mappings;
	uint64_t capacity; /* elements */
	uint64_t count;
	uint64_t tables; /* pages that mm_tables_build takes; set by mm_plan_finish */
	const struct mm_machine *machine;
};

/*
 * Adds one mapping, cut at the machine's boundaries that lie in it. It must lie in the row of the
 * layout that its `region` names. Overlap is found by mm_plan_finish.
 */
struct mm_result mm_plan_add(struct mm_plan *plan, const struct keel_mapping *mapping);

/*
 * Sorts the plan by virtual address, checks every mapping (alignment, canonical, MAXPHYADDR,
 * overlap) and merges neighbours that are one mapping. `work` has room for plan->capacity mappings
 * and is only used during the call. After success the plan may be built.
 */
struct mm_result mm_plan_finish(struct mm_plan *plan, struct keel_mapping *work);

/* Physical places of what each CPU gets. All are multiples of 4 KiB. */
struct mm_cpu_area {
	uint64_t idt_phys;	/* 1 page */
	uint64_t blocks_phys;	/* per CPU: GDT, entry stack, TSS, then 4 * 2 IST stack pages */
	uint64_t stacks_phys;	/* per CPU: KEEL_STACK_BYTES */
	uint64_t espfix_phys;	/* 64 CPUs a page */
	uint64_t vsyscall_phys; /* 1 page */
	uint64_t bytes;		/* of it all */
};

#define MM_CPU_BLOCK_PAGES    (3 + 4 * KEEL_CEA_IST_STACK_PAGES)
#define MM_CPU_BLOCK_IST_PAGE 3 /* first IST stack page within a block */

/* Lays the area out, one after the other from base_phys on; .bytes is the size to allocate. */
struct mm_cpu_area mm_cpu_area_layout(uint64_t base_phys, uint64_t cpu_count);

/* A device page behind a fixmap slot; phys is a multiple of 4 KiB; mapped UC, RW, NX. */
struct mm_fixmap_slot {
	uint64_t phys;
	uint32_t slot;
};

/*
 * The Memory Attributes Table's entries (UEFI 2.10, 4.6.4), or count 0. Checked as a whole before
 * use: an inconsistent table is not used at all.
 */
struct mm_memory_attributes {
	const void *entries;
	uint64_t count;
	uint64_t stride; /* the table's own DescriptorSize */
};

/* Everything that a plan depends on. */
struct mm_request {
	const struct mm_machine *machine;
	const struct mm_memory_map *map;
	struct mm_descriptors descriptors; /* the caller's copy: VirtualStart is written */
	struct mm_memory_attributes attributes;
	const struct keel_segment *segments; /* of the kernel; rights R, RW or RX */
	uint64_t segment_count;
	uint64_t cpu_count; /* at least 1 */
	struct mm_cpu_area area;
	const struct mm_fixmap_slot *slots; /* any order, each slot once */
	uint64_t slot_count;
	uint64_t framebuffer_phys; /* 0: none. Mapped in whole pages around it */
	uint64_t framebuffer_bytes;
	const struct mm_notes *notes; /* may be NULL */
};

/* What planning found out, beside the mappings. */
struct mm_outcome {
	uint64_t left_out_bytes;    /* memory beyond the direct map's end */
	bool runtime_code_writable; /* some runtime code had to stay writable and executable */
	bool framebuffer_mapped;
};

/* Mappings that are always enough for such a request: the capacity to give to its plan. */
uint64_t mm_plan_capacity(const struct mm_request *request);

/*
 * Gives each sound runtime descriptor its virtual address: from last to first, from the EFI
 * region's end downwards, keeping the physical address modulo 2 MB; VirtualStart of all others
 * becomes 0. MM_ERR_EFI_FULL when the region does not suffice.
 */
struct mm_result mm_efi_assign(const struct mm_descriptors *descriptors,
			       const struct mm_machine *machine, const struct mm_notes *notes);

/*
 * One function a region; mm_plan_kernel calls them all and finishes the plan. The EFI region and
 * the kernel text come before the direct map, which asks the plan which frames are executable.
 */
struct mm_result mm_plan_efi_region(struct mm_plan *plan, const struct mm_request *request,
				    struct mm_outcome *outcome);
struct mm_result mm_plan_kernel_text(struct mm_plan *plan, const struct mm_request *request);
struct mm_result mm_plan_direct_map(struct mm_plan *plan, const struct mm_request *request,
				    struct keel_mapping *work, struct mm_outcome *outcome);
struct mm_result mm_plan_kernel_stacks(struct mm_plan *plan, const struct mm_request *request);
struct mm_result mm_plan_cpu_entry_area(struct mm_plan *plan, const struct mm_request *request);
struct mm_result mm_plan_espfix(struct mm_plan *plan, const struct mm_request *request);
struct mm_result mm_plan_modules(struct mm_plan *plan);
struct mm_result mm_plan_fixmap(struct mm_plan *plan, const struct mm_request *request);
struct mm_result mm_plan_vsyscall(struct mm_plan *plan, const struct mm_request *request);

struct mm_result mm_plan_kernel(struct mm_plan *plan, const struct mm_request *request,
				struct keel_mapping *work, struct mm_outcome *outcome);

/*
 * The transition root's lower half: all memory and all runtime ranges at VA = PA, writable and
 * executable: what SetVirtualAddressMap and the loader's own code need.
 */
struct mm_result mm_plan_transition(struct mm_plan *plan, const struct mm_request *request,
				    struct keel_mapping *work);

/*
 * The landing root's upper half: the page or two pages (virt, bytes, from landing_phys on) in
 * which the instruction that loads the kernel root into CR3 ends right at the kernel's entry.
 */
struct mm_result mm_plan_landing(struct mm_plan *plan, uint64_t virt, uint64_t bytes,
				 uint64_t landing_phys, struct keel_mapping *work);

/*
 * Tables (tables.c)
 */

/*
 * Table pages, taken one after the other and referred to by index. On a host phys may be any
 * multiple of 4 KiB.
 */
struct mm_pool {
	uint64_t *base; /* MM_ENTRIES entries a page; writable, contents irrelevant */
	uint64_t phys;	/* physical address of the first page */
	uint64_t pages;
	uint64_t used; /* 0 at first */
};

/*@ requires \valid_read(pool) && index < pool->pages <= 0x10000000000;
  @ assigns \nothing;
  @ ensures \result == pool->base + index * MM_ENTRIES;
  @*/
static inline uint64_t *mm_pool_table(const struct mm_pool *pool, uint64_t index)
{
	return pool->base + index * MM_ENTRIES;
}

static inline uint64_t mm_pool_phys(const struct mm_pool *pool, uint64_t index)
{
	return pool->phys + (index << KEEL_PAGE_SHIFT);
}

/*
 * The exact number of pages, root included, that mm_tables_build will take for this finished plan:
 * arithmetic over the plan, no table is touched. mm_plan_finish keeps it in plan->tables.
 */
uint64_t mm_tables_count(const struct mm_plan *plan);

#define MM_NO_ROOT (~UINT64_C(0)) /* share nothing */

/*
 * Writes a finished plan out as page tables: every entry of every page exactly once, front to
 * back. *root becomes the index of the PML4. A half that the plan leaves empty is shared with
 * the root of index `share` (its PML4 entries are copied), or is empty with MM_NO_ROOT. Leaves in
 * the upper half are global if `global` is set; those in the lower half never are.
 */
struct mm_result mm_tables_build(struct mm_pool *pool, const struct mm_plan *plan, bool global,
				 uint64_t share, uint64_t *root);

/*
 * Fills in a PML5, a page, so that under 5-level paging both halves are those of the 4-level root:
 * its first and its last entry lead there.
 */
void mm_root_above(uint64_t *pml5, uint64_t root_phys);

#endif
