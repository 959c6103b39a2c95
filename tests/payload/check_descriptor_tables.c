/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GDT, TSS and IDT: what is loaded, and what each CPU will load. SDM vol. 3A 3.4.5 (descriptors),
 * 8.2.3 (TSS descriptor), 8.7 (64-bit TSS).
 */
#include "checks.h"
#include "cpu.h"
#include "report.h"

/* Access byte, and the upper half of the byte behind the limit. Accessed and writable are set. */
#define ACCESS_PRESENT	0x80
#define ACCESS_DATA	0x93
#define ACCESS_CODE	0x9b
#define ACCESS_USER	0x60
#define ACCESS_TSS	0x89
#define ACCESS_TSS_BUSY 0x8b
#define FLAGS_LONG	0x2
#define FLAGS_BIG	0x4
#define FLAGS_PAGES	0x8

#define GDT_ENTRIES (KEEL_GDT_BYTES / sizeof(uint64_t))
#define GATE_BYTES  16
#define IDT_BYTES   KEEL_PAGE_SIZE

/* Offsets in a 64-bit TSS. */
#define TSS_RSP0	      4
#define TSS_IST1	      36
#define TSS_IOPB	      102
#define TSS_BYTES	      104
#define STACK_PAGE(cpu, page) (KEEL_CEA_CPU_START(cpu) + (page)*KEEL_PAGE_SIZE)

static uint64_t load(uint64_t virt, unsigned bytes)
{
	uint64_t value = 0;

	__builtin_memcpy(&value, (const void *)virt, bytes);
	return value;
}

static uint8_t access_of(uint64_t descriptor)
{
	return (uint8_t)(descriptor >> 40);
}

/* A flat segment: in 64-bit mode the base is ignored, and so is the limit. */
static void expect_segment(uint64_t gdt, unsigned selector, uint8_t access, uint8_t flags)
{
	const uint64_t at = gdt + selector / 8 * 8;
	const uint64_t descriptor = load(at, 8);

	expect("access byte of a segment", at, access, access_of(descriptor));
	expect("flags of a segment", at, flags, descriptor >> 52 & 0xf & (FLAGS_LONG | FLAGS_BIG));
	/* A 32-bit segment has a limit that counts: 4 GB in pages. */
	if (flags == FLAGS_BIG && access == (ACCESS_CODE | ACCESS_USER)) {
		expect("base of a 32-bit segment", at, 0,
		       (descriptor >> 16 & 0xffffff) | descriptor >> 56 << 24);
		expect("limit of a 32-bit segment", at, 0xfffff,
		       (descriptor & 0xffff) | (descriptor >> 48 & 0xf) << 16);
		expect("granularity of a 32-bit segment", at, FLAGS_PAGES,
		       descriptor >> 52 & FLAGS_PAGES);
	}
}

static uint64_t tss_base(uint64_t low, uint64_t high)
{
	return (low >> 16 & 0xffffff) | (low >> 56 & 0xff) << 24 | high << 32;
}

static uint64_t tss_limit(uint64_t low)
{
	return (low & 0xffff) | (low >> 48 & 0xf) << 16;
}

static bool has_loaded_tss(uint64_t cpu)
{
	return cpu == 0 || (boot->mailboxes && boot->mailboxes[cpu].state != KEEL_CPU_MISSING);
}

static void expect_gdt(uint64_t cpu)
{
	const uint64_t gdt = KEEL_DIRECT_MAP(boot->cpus[cpu].gdt_phys);
	const uint64_t tss = gdt + KEEL_TSS_SEL;
	const uint32_t named = 1u << KEEL_KERNEL_CS / 8 | 1u << KEEL_KERNEL_DS / 8 |
			       1u << KEEL_USER_CS32 / 8 | 1u << KEEL_USER_DS / 8 |
			       1u << KEEL_USER_CS / 8 | 3u << KEEL_TSS_SEL / 8;

	expect_segment(gdt, KEEL_KERNEL_CS, ACCESS_CODE, FLAGS_LONG);
	expect_segment(gdt, KEEL_USER_CS, ACCESS_CODE | ACCESS_USER, FLAGS_LONG);
	expect_segment(gdt, KEEL_USER_CS32, ACCESS_CODE | ACCESS_USER, FLAGS_BIG);
	expect("access byte of the kernel's data", gdt, ACCESS_DATA,
	       access_of(load(gdt + KEEL_KERNEL_DS, 8)));
	expect("access byte of the user's data", gdt, ACCESS_DATA | ACCESS_USER,
	       access_of(load(gdt + KEEL_USER_DS / 8 * 8, 8)));
	for (unsigned n = 0; n < GDT_ENTRIES; n++)
		if (!(named >> n & 1))
			expect("a descriptor without a name", gdt + n * 8, 0, load(gdt + n * 8, 8));

	/* CPU 0 and those that wait have loaded their task registers. */
	expect("access byte of the TSS", tss, has_loaded_tss(cpu) ? ACCESS_TSS_BUSY : ACCESS_TSS,
	       access_of(load(tss, 8)));
	expect("base of the TSS", tss, STACK_PAGE(cpu, KEEL_CEA_TSS_PAGE),
	       tss_base(load(tss, 8), load(tss + 8, 8)));
	expect("the TSS is complete", tss, true, tss_limit(load(tss, 8)) >= TSS_BYTES - 1);
	expect("the TSS stays in its page", tss, true, tss_limit(load(tss, 8)) < KEEL_PAGE_SIZE);
}

static void expect_tss(uint64_t cpu)
{
	static const unsigned ist_pages[] = {
		[KEEL_IST_DF] = KEEL_CEA_DF_STACK_PAGE,
		[KEEL_IST_NMI] = KEEL_CEA_NMI_STACK_PAGE,
		[KEEL_IST_DB] = KEEL_CEA_DB_STACK_PAGE,
		[KEEL_IST_MCE] = KEEL_CEA_MCE_STACK_PAGE,
	};
	const uint64_t tss = KEEL_DIRECT_MAP(boot->cpus[cpu].tss_phys);
	const uint64_t gdt = KEEL_DIRECT_MAP(boot->cpus[cpu].gdt_phys);

	expect("RSP0", tss, STACK_PAGE(cpu, KEEL_CEA_ENTRY_STACK_PAGE + 1),
	       load(tss + TSS_RSP0, 8));
	for (unsigned ist = 1; ist < sizeof(ist_pages) / sizeof(ist_pages[0]); ist++)
		expect("top of an IST stack", tss + TSS_IST1 + (ist - 1) * 8,
		       STACK_PAGE(cpu, ist_pages[ist] + KEEL_CEA_IST_STACK_PAGES),
		       load(tss + TSS_IST1 + (ist - 1) * 8, 8));
	expect("there is no I/O permission bitmap", tss + TSS_IOPB, true,
	       load(tss + TSS_IOPB, 2) > tss_limit(load(gdt + KEEL_TSS_SEL, 8)));
}

static void check_loaded(void)
{
	struct table_register gdtr, idtr;
	uint16_t tr;

	asm volatile("sgdt %0" : "=m"(gdtr));
	asm volatile("sidt %0" : "=m"(idtr));
	asm volatile("str %0" : "=r"(tr));

	point_begin("GDTR: CPU 0's GDT in the cpu_entry_area");
	expect("base", gdtr.base, KEEL_CEA_CPU_START(0) + KEEL_CEA_GDT_PAGE * KEEL_PAGE_SIZE,
	       gdtr.base);
	expect("limit", gdtr.base, KEEL_GDT_BYTES - 1, gdtr.limit);
	point_end();

	point_begin("IDTR: the first page of the cpu_entry_area");
	expect("base", idtr.base, KEEL_CPU_ENTRY_AREA_START, idtr.base);
	expect("limit", idtr.base, IDT_BYTES - 1, idtr.limit);
	point_end();

	point_begin("TR: the TSS of the cpu_entry_area");
	expect("selector", 0, KEEL_TSS_SEL, tr);
	point_end();
}

/* A kernel's own gates go here; until then every exception has to stop the machine at once. */
void check_idt(void)
{
	const uint64_t idt = KEEL_DIRECT_MAP(boot->idt_phys);

	point_begin("cpu_entry_area: every gate of the IDT is absent");
	for (uint64_t at = idt; at < idt + IDT_BYTES; at += GATE_BYTES)
		expect("present bit of a gate", at, 0, access_of(load(at, 8)) & ACCESS_PRESENT);
	point_end();
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
