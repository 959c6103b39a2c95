/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Accesses that the layout forbids, whatever the tables say: holes, guards, addresses that cannot
 * be mapped, and what is read-only or not executable by contract.
 */
#include "checks.h"
#include "cpu.h"
#include "entry.h"
#include "probing.h"
#include "report.h"

#define OPCODE_RET 0xc3
/* Linux' MAX_ERRNO: the values that a pointer can hold instead of an address. */
#define ERRORS 4095

static void probe_holes(void)
{
	for (unsigned id = 0; id < KEEL_REGION_COUNT; id++) {
		const struct keel_layout_row *row = &keel_layout[id];

		if (row->kind != KEEL_ROW_HOLE)
			continue;
		point_begin("probe: %s %016lx-%016lx: read, write, fetch of both ends: %s",
			    keel_layout[id].name, row->start, row->last,
			    id == KEEL_REGION_NONCANONICAL ? "#GP" : "#PF, not present");
		expect_absent(row->start);
		expect_absent(row->last);
		point_end();
	}
}

/* Each of the upper 16 bits has to agree with bit 47 (SDM vol. 1 3.3.7.1). */
static void probe_sign_bits(void)
{
	point_begin("probe: addresses with one wrong sign bit, 63 to 48: #GP");
	for (unsigned bit = 48; bit < 64; bit++) {
		expect_absent(KEEL_TEXT_START ^ BIT(bit));
		expect_absent(BIT(bit));
	}
	point_end();
}

static void probe_pointers(void)
{
	point_begin("probe: the null page, first and last byte: #PF, not present");
	expect_absent(KEEL_USER_START);
	expect_absent(KEEL_USER_START + KEEL_PAGE_SIZE - 1);
	point_end();

	point_begin("probe: error values -1 to -%u as pointers: #PF, not present", ERRORS);
	for (uint64_t error = 1; error <= ERRORS; error = error * 2 + 1)
		expect_absent(-error);
	point_end();
}

static void expect_absent_pages(uint64_t virt, uint64_t bytes)
{
	expect_absent(virt);
	expect_absent(virt + bytes - 1);
}

static void probe_guards(void)
{
	static const uint8_t above_guard[] = {
		KEEL_CEA_DF_STACK_PAGE,	 KEEL_CEA_NMI_STACK_PAGE, KEEL_CEA_DB_STACK_PAGE,
		KEEL_CEA_MCE_STACK_PAGE, KEEL_CEA_PAGES, /* the next CPU's area */
	};

	point_begin("probe: guard below the kernel stack of every CPU: #PF, not present");
	for (uint64_t cpu = 0; cpu <= boot->cpu_count; cpu++)
		expect_absent_pages(KEEL_STACKS_START + cpu * KEEL_STACK_SLOT_BYTES,
				    KEEL_STACK_SLOT_BYTES - KEEL_STACK_BYTES);
	point_end();

	point_begin("probe: guards below IST stacks and between entry areas: #PF, not present");
	for (uint64_t cpu = 0; cpu < boot->cpu_count; cpu++)
		for (unsigned n = 0; n < sizeof(above_guard); n++)
			expect_absent_pages(KEEL_CEA_CPU_START(cpu) +
						    (above_guard[n] - 1) * KEEL_PAGE_SIZE,
					    KEEL_PAGE_SIZE);
	point_end();
}

static void expect_read_only(uint64_t virt)
{
	expect_access(PROBE_READ, virt, OUTCOME_ALLOWED);
	expect_access(PROBE_WRITE, virt, OUTCOME_PF(PF_PRESENT | PF_WRITE));
}

static uint64_t direct_map_alias(const void *virt)
{
	return KEEL_DIRECT_MAP((uint64_t)virt - KEEL_TEXT_START + boot->phys_base);
}

static void probe_write(const char *what, uint64_t virt)
{
	point_begin("probe: write to %s %016lx: #PF error 0x3", what, virt);
	expect_read_only(virt);
	point_end();
}

static void probe_writes(void)
{
	probe_write("kernel text", (uint64_t)text_start);
	probe_write("kernel rodata", (uint64_t)rodata_start);
	probe_write("the direct map's alias of kernel text", direct_map_alias(text_start));
	probe_write("the IDT", KEEL_CPU_ENTRY_AREA_START);
	point_begin("probe: write to GDT and TSS of every CPU: #PF error 0x3");
	for (uint64_t cpu = 0; cpu < boot->cpu_count; cpu++) {
		const uint64_t area = KEEL_CEA_CPU_START(cpu);

		expect_read_only(area + KEEL_CEA_GDT_PAGE * KEEL_PAGE_SIZE);
		/* An entry stack that overflows meets this byte. */
		expect_read_only(area + KEEL_CEA_ENTRY_STACK_PAGE * KEEL_PAGE_SIZE - 1);
		expect_read_only(area + KEEL_CEA_TSS_PAGE * KEEL_PAGE_SIZE);
	}
	point_end();
}

/* A RET stands there, so that an access that works comes back too. */
static void probe_fetch(const char *what, uint64_t code)
{
	point_begin("probe: fetch from %s %016lx: #PF error 0x11", what, code);
	expect_access(PROBE_FETCH, code, OUTCOME_PF(PF_PRESENT | PF_FETCH));
	point_end();
}

void check_probes(void)
{
	static uint8_t in_data = OPCODE_RET;
	static const uint8_t in_rodata = OPCODE_RET;
	uint8_t on_stack = OPCODE_RET;

	asm volatile("" : "+m"(on_stack));
	probe_holes();
	probe_sign_bits();
	probe_pointers();
	probe_guards();
	probe_writes();
	probe_fetch("kernel data", (uint64_t)&in_data);
	probe_fetch("kernel rodata", (uint64_t)&in_rodata);
	probe_fetch("the kernel stack", (uint64_t)&on_stack);
	probe_fetch("the direct map", direct_map_alias(&in_data));
}
