/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GDT, TSS and IDT: what is loaded, and what each CPU will load. SDM vol. 3A 3.4.5 (descriptors),
 * 8.2.3 (TSS descriptor), 8.7 (64-bit TSS).
 */
#include "checks.h"
#include "cpu.h"
#include "entry.h"
#include "report.h"
#include "walk.h"

/*
 * Flat segments, 4 GB in pages where there is a limit, accessed, and writable or readable: 64-bit
 * code, data, and 32-bit code. Bits 54 and 53 are D/B and L.
 */
#define SEGMENT_CODE64 UINT64_C(0x00af9b000000ffff)
#define SEGMENT_DATA   UINT64_C(0x00cf93000000ffff)
#define SEGMENT_CODE32 UINT64_C(0x00cf9b000000ffff)
#define SEGMENT_USER   UINT64_C(0x0000600000000000) /* DPL 3 */

/* A present 64-bit TSS; limit, base and whether a CPU has loaded it are added. */
#define SEGMENT_TSS	 UINT64_C(0x0000890000000000)
#define SEGMENT_TSS_BUSY UINT64_C(0x0000020000000000)

#define GDT_ENTRIES (KEEL_GDT_BYTES / sizeof(uint64_t))
#define IDT_BYTES   KEEL_PAGE_SIZE

#define STACK_PAGE(cpu, page) (KEEL_CEA_CPU_START(cpu) + (page)*KEEL_PAGE_SIZE)

/* A 64-bit TSS. */
struct __attribute__((packed)) tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3;
	uint16_t io_map_base;
};

_Static_assert(sizeof(struct tss) == 104, "SDM vol. 3A figure 8-11");

/* What the page of a descriptor table or a TSS holds behind it. */
static void expect_rest_zero(const char *what, uint64_t virt, uint64_t bytes)
{
	const uint64_t at = first_word_set(virt + bytes, KEEL_PAGE_SIZE - bytes);

	expect(what, at, 0, at);
}

static bool has_loaded_tss(uint64_t cpu)
{
	return cpu == 0 || (boot->mailboxes && boot->mailboxes[cpu].state != KEEL_CPU_MISSING);
}

static void expect_gdt(uint64_t cpu)
{
	static const char *const names[GDT_ENTRIES] = {
		[KEEL_KERNEL_CS / 8] = "the kernel's code",
		[KEEL_KERNEL_DS / 8] = "the kernel's data",
		[KEEL_USER_CS32 / 8] = "the user's code of 32 bits",
		[KEEL_USER_DS / 8] = "the user's data",
		[KEEL_USER_CS / 8] = "the user's code of 64 bits",
		[KEEL_TSS_SEL / 8] = "the TSS",
		[KEEL_TSS_SEL / 8 + 1] = "the upper half of the TSS's address",
	};
	const uint64_t *gdt = (const void *)KEEL_DIRECT_MAP(boot->cpus[cpu].gdt_phys);
	const uint64_t tss = STACK_PAGE(cpu, KEEL_CEA_TSS_PAGE);
	/* CPU 0 and those that wait have loaded their task registers. */
	const uint64_t expected[GDT_ENTRIES] = {
		[KEEL_KERNEL_CS / 8] = SEGMENT_CODE64,
		[KEEL_KERNEL_DS / 8] = SEGMENT_DATA,
		[KEEL_USER_CS32 / 8] = SEGMENT_CODE32 | SEGMENT_USER,
		[KEEL_USER_DS / 8] = SEGMENT_DATA | SEGMENT_USER,
		[KEEL_USER_CS / 8] = SEGMENT_CODE64 | SEGMENT_USER,
		[KEEL_TSS_SEL / 8] = SEGMENT_TSS | (has_loaded_tss(cpu) ? SEGMENT_TSS_BUSY : 0) |
				     (sizeof(struct tss) - 1) | (tss & 0xffffff) << 16 |
				     (tss >> 24 & 0xff) << 56,
		[KEEL_TSS_SEL / 8 + 1] = tss >> 32,
	};

	for (unsigned n = 0; n < GDT_ENTRIES; n++)
		expect(names[n] ? names[n] : "a descriptor without a name", (uint64_t)&gdt[n],
		       expected[n], gdt[n]);
	expect_rest_zero("first word behind the GDT that is not zero", (uint64_t)gdt,
			 KEEL_GDT_BYTES);
}

/* The stacks that exceptions are taken on, by their number in the TSS. */
static uint64_t ist_top(uint64_t cpu, unsigned ist)
{
	static const unsigned pages[] = {
		[KEEL_IST_DF] = KEEL_CEA_DF_STACK_PAGE,
		[KEEL_IST_NMI] = KEEL_CEA_NMI_STACK_PAGE,
		[KEEL_IST_DB] = KEEL_CEA_DB_STACK_PAGE,
		[KEEL_IST_MCE] = KEEL_CEA_MCE_STACK_PAGE,
	};

	if (ist >= sizeof(pages) / sizeof(pages[0]))
		return 0;
	return STACK_PAGE(cpu, pages[ist] + KEEL_CEA_IST_STACK_PAGES);
}

static void expect_tss(uint64_t cpu)
{
	const uint64_t at = KEEL_DIRECT_MAP(boot->cpus[cpu].tss_phys);
	const struct tss *tss = (const void *)at;

	expect("RSP0", at, STACK_PAGE(cpu, KEEL_CEA_ENTRY_STACK_PAGE + 1), tss->rsp[0]);
	expect("RSP1", at, 0, tss->rsp[1]);
	expect("RSP2", at, 0, tss->rsp[2]);
	for (unsigned ist = 1; ist <= sizeof(tss->ist) / sizeof(tss->ist[0]); ist++)
		expect("top of an IST stack", ist, ist_top(cpu, ist), tss->ist[ist - 1]);
	expect("reserved words", at, 0,
	       tss->reserved0 | tss->reserved1 | tss->reserved2 | tss->reserved3);
	/* Beyond the limit: there is none. */
	expect("offset of the I/O permission bitmap", at, sizeof(*tss), tss->io_map_base);
	expect_rest_zero("first word behind the TSS that is not zero", at, sizeof(*tss));
}

static void check_loaded(void)
{
	const struct entry_state *e = &entry_state;

	point_begin("GDTR: CPU 0's GDT in the cpu_entry_area");
	expect("base", e->gdtr.base, STACK_PAGE(0, KEEL_CEA_GDT_PAGE), e->gdtr.base);
	expect("limit", e->gdtr.base, KEEL_GDT_BYTES - 1, e->gdtr.limit);
	point_end();

	point_begin("IDTR: the first page of the cpu_entry_area");
	expect("base", e->idtr.base, KEEL_CPU_ENTRY_AREA_START, e->idtr.base);
	expect("limit", e->idtr.base, IDT_BYTES - 1, e->idtr.limit);
	point_end();

	point_begin("TR: the TSS of the cpu_entry_area");
	expect("selector", 0, KEEL_TSS_SEL, e->tr);
	point_end();

	point_begin("LDTR: there is no LDT");
	expect("selector", 0, 0, e->ldtr);
	point_end();
}

/* The page that the CPU has as its IDT; what boot_info says where nothing leads there. */
static uint64_t live_idt_phys(void)
{
	const uint64_t leaf = walk_lookup(read_cr3() & KEEL_PTE_ADDRESS, KEEL_CPU_ENTRY_AREA_START,
					  KEEL_LEVEL_PT);

	return leaf & KEEL_PTE_P ? leaf & KEEL_PTE_ADDRESS : boot->idt_phys;
}

/*
 * A kernel's own gates go here; until then every exception has to stop the machine at once. Without
 * gates in the right place nobody would read what is wrong.
 */
uint64_t check_idt(void)
{
	const uint64_t phys = live_idt_phys();
	const uint64_t at = first_word_set(KEEL_DIRECT_MAP(phys), IDT_BYTES);

	point_begin("cpu_entry_area: every gate of the IDT is absent");
	expect("first word of a gate that is not zero", at, 0, at);
	expect("idt_phys", KEEL_CPU_ENTRY_AREA_START, phys, boot->idt_phys);
	point_end();
	return at ? boot->idt_phys : phys;
}

void check_descriptor_tables(void)
{
	check_loaded();
	point_begin("cpu_entry_area: the GDT of every CPU");
	for (uint64_t cpu = 0; cpu < boot->cpu_count; cpu++)
		expect_gdt(cpu);
	point_end();
	point_begin("cpu_entry_area: the TSS of every CPU");
	for (uint64_t cpu = 0; cpu < boot->cpu_count; cpu++)
		expect_tss(cpu);
	point_end();
}
