/* SPDX-License-Identifier: BSD-2-Clause */
/* Accesses that have to fault: what the machine does, rather than what the entries say. */
#include "checks.h"
#include "cpu.h"
#include "entry.h"
#include "fault.h"
#include "found.h"
#include "report.h"

#define OPCODE_RET 0xc3

static const char *access_text(enum probe_access access)
{
	static const char *const texts[] = { "read", "write", "fetch" };

	return texts[access];
}

/* The access at virt faults with this vector and error code, and CR2 says where. */
static void expect_fault(enum probe_access access, uint64_t virt, uint64_t vector, uint64_t error)
{
	const struct fault fault = probe(access, virt);

	if (fault.vector == PROBE_NO_FAULT) {
		expect_text(access_text(access), virt, "a fault", "no fault");
		return;
	}
	expect("vector", virt, vector, fault.vector);
	expect("error code", virt, error, fault.error);
	if (vector == VECTOR_PF)
		expect("CR2", virt, virt, fault.cr2);
}

static void probe_holes(void)
{
	for (unsigned id = 0; id < KEEL_REGION_COUNT; id++) {
		const struct keel_layout_row *row = &keel_layout[id];
		uint64_t vector = id == KEEL_REGION_NONCANONICAL ? VECTOR_GP : VECTOR_PF;

		if (row->kind != KEEL_ROW_HOLE)
			continue;
		point_begin("probe: %s %016lx-%016lx faults on a read", row->name, row->start,
			    row->last);
		expect_fault(PROBE_READ, row->start, vector, 0);
		expect_fault(PROBE_READ, row->last, vector, 0);
		point_end();
	}
}

static void probe_write(const char *what, uint64_t virt)
{
	point_begin("probe: a write to %s faults", what);
	expect_fault(PROBE_WRITE, virt, VECTOR_PF, PF_PRESENT | PF_WRITE);
	point_end();
}

/* A RET stands there, so that an access that works comes back too. */
static void probe_fetch(const char *what, volatile uint8_t *code)
{
	const uint8_t before = *code;

	point_begin("probe: execution of %s faults", what);
	*code = OPCODE_RET;
	expect_fault(PROBE_FETCH, (uint64_t)code, VECTOR_PF, PF_PRESENT | PF_FETCH);
	*code = before;
	point_end();
}

void check_probes(void)
{
	static uint8_t in_data = OPCODE_RET;
	uint8_t on_stack = OPCODE_RET;
	volatile uint8_t *in_direct_map =
		(void *)KEEL_DIRECT_MAP((uint64_t)&in_data - KEEL_TEXT_START + boot->phys_base);

	probe_holes();
	probe_write("kernel text", (uint64_t)text_start);
	probe_write("kernel rodata", (uint64_t)rodata_start);
	probe_write("the IDT's read-only alias", KEEL_CPU_ENTRY_AREA_START);
	probe_write("the direct map's alias of kernel text",
		    KEEL_DIRECT_MAP((uint64_t)text_start - KEEL_TEXT_START + boot->phys_base));
	probe_fetch("kernel data", &in_data);
	probe_fetch("the kernel stack", &on_stack);
	probe_fetch("the direct map", in_direct_map);
}
