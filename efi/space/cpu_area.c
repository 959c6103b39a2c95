/* SPDX-License-Identifier: BSD-2-Clause */
#include "space/cpu_area.h"
#include "firmware.h"

/*
 * Descriptors (SDM vol. 3A 3.4.5). The accessed bit is set in all of them: the CPU would set it
 * otherwise, and the page is read-only where the CPU sees it.
 */
#define DESCRIPTOR_CODE64 KEEL_U64(0x00af9b000000ffff)
#define DESCRIPTOR_CODE32 KEEL_U64(0x00cf9b000000ffff)
#define DESCRIPTOR_DATA	  KEEL_U64(0x00cf93000000ffff)
#define DESCRIPTOR_DPL3	  KEEL_U64(0x0000600000000000)
#define DESCRIPTOR_TSS	  KEEL_U64(0x0000890000000000) /* present, available 64-bit TSS */

/* 64-bit TSS (SDM vol. 3A 8.7). */
struct tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3;
	uint16_t io_map_base;
} __attribute__((packed));

#define INT3 0xcc

static void fill_gdt(uint64_t *gdt, uint64_t tss_virt)
{
	const uint64_t limit = sizeof(struct tss) - 1;

	gdt[KEEL_KERNEL_CS / 8] = DESCRIPTOR_CODE64;
	gdt[KEEL_KERNEL_DS / 8] = DESCRIPTOR_DATA;
	gdt[KEEL_USER_CS32 / 8] = DESCRIPTOR_CODE32 | DESCRIPTOR_DPL3;
	gdt[KEEL_USER_DS / 8] = DESCRIPTOR_DATA | DESCRIPTOR_DPL3;
	gdt[KEEL_USER_CS / 8] = DESCRIPTOR_CODE64 | DESCRIPTOR_DPL3;
	gdt[KEEL_TSS_SEL / 8] = DESCRIPTOR_TSS | limit | (tss_virt & 0xffffff) << 16 |
				(tss_virt >> 24 & 0xff) << 56;
	gdt[KEEL_TSS_SEL / 8 + 1] = tss_virt >> 32;
}

static void fill_tss(struct tss *tss, uint64_t area_virt)
{
	static const uint8_t stack_page[] = {
		[KEEL_IST_DF - 1] = KEEL_CEA_DF_STACK_PAGE,
		[KEEL_IST_NMI - 1] = KEEL_CEA_NMI_STACK_PAGE,
		[KEEL_IST_DB - 1] = KEEL_CEA_DB_STACK_PAGE,
		[KEEL_IST_MCE - 1] = KEEL_CEA_MCE_STACK_PAGE,
	};

	tss->rsp[0] = area_virt + (KEEL_CEA_ENTRY_STACK_PAGE + 1) * KEEL_PAGE_SIZE;
	for (unsigned n = 0; n < sizeof(stack_page); n++)
		tss->ist[n] =
			area_virt + (stack_page[n] + KEEL_CEA_IST_STACK_PAGES) * KEEL_PAGE_SIZE;
	tss->io_map_base = sizeof(*tss); /* beyond the limit: there is no I/O permission map */
}

/* mov $number, %rax; syscall; ret: what a kernel emulates when it is called (Linux's ABI). */
static void fill_vsyscall_entry(uint8_t *page, unsigned offset, uint32_t number)
{
	const uint8_t code[] = { 0x48, 0xc7, 0xc0, number & 0xff, number >> 8,
				 0,    0,    0x0f, 0x05,	  0xc3 };

	memcpy(page + offset, code, sizeof(code));
}

static void fill_vsyscall(uint8_t *page)
{
	memset(page, INT3, KEEL_PAGE_SIZE);
	fill_vsyscall_entry(page, KEEL_VSYSCALL_GETTIMEOFDAY, 96);
	fill_vsyscall_entry(page, KEEL_VSYSCALL_TIME, 201);
	fill_vsyscall_entry(page, KEEL_VSYSCALL_GETCPU, 309);
}

static void fill_cpu(struct keel_cpu *cpu, uint64_t number)
{
	const uint64_t area_virt = KEEL_CEA_CPU_START(number);

	fill_gdt((uint64_t *)cpu->gdt_phys, area_virt + KEEL_CEA_TSS_PAGE * KEEL_PAGE_SIZE);
	fill_tss((struct tss *)cpu->tss_phys, area_virt);
}

void cpu_area_fill(const struct mm_cpu_area *area, const struct madt *madt, struct keel_cpu *cpus)
{
	memset((void *)area->idt_phys, 0, area->bytes);
	fill_vsyscall((uint8_t *)area->vsyscall_phys);
	for (uint64_t n = 0; n < madt->cpu_count; n++) {
		const uint64_t block = area->blocks_phys + n * MM_CPU_BLOCK_PAGES * KEEL_PAGE_SIZE;

		cpus[n] = (struct keel_cpu){
			.apic_id = madt->cpus[n].apic_id,
			.acpi_uid = madt->cpus[n].acpi_uid,
			.gdt_phys = block,
			.entry_stack_phys = block + KEEL_PAGE_SIZE,
			.tss_phys = block + 2 * KEEL_PAGE_SIZE,
			.ist_stacks_phys = block + MM_CPU_BLOCK_IST_PAGE * KEEL_PAGE_SIZE,
			.stack_phys = area->stacks_phys + n * KEEL_STACK_BYTES,
			.espfix_phys = area->espfix_phys + n * KEEL_ESPFIX_STACK_BYTES,
		};
		fill_cpu(cpus + n, n);
	}
}
