/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts a kernel of Limine's protocol on Keel. `wrap` has put this behind the kernel's own
 * segments and made it the entry; kernel.h, which it wrote, says where things are in the file.
 * Everything that the kernel asked for is answered from boot_info, then the CPU gets the state
 * that Limine promises.
 */
#include "adapter.h"
#include "kernel.h"

enum { SERIAL_DATA = 0x3f8, LEAST_STACK_BYTES = 0x10000 };

static void say(const char *text)
{
	for (; *text; text++)
		__asm__ volatile("outb %0, %1" : : "a"(*text), "d"((uint16_t)SERIAL_DATA));
}

_Noreturn void give_up(const char *why)
{
	say("keel-limine: ");
	say(why);
	say("\n");
	for (;;)
		__asm__ volatile("cli; hlt");
}

/* Elf64_Rela. Only R_X86_64_RELATIVE comes up: the linker script has checked the rest. */
struct relocation {
	uint64_t virt;
	uint64_t info;
	uint64_t addend;
};
extern const struct relocation relocations[], relocations_end[];

/* The kernel may have slid, and Keel knows the kernel's relocations, not these. */
static void relocate(uint64_t slide)
{
	for (const struct relocation *r = relocations; r != relocations_end; r++)
		*(uint64_t *)(r->virt + slide) = r->addend + slide;
}

/* The file's header in the copy, as it was before the adapter was put behind it. */
static void restore_header(const struct guest *guest)
{
	static const uint64_t header[] = KERNEL_HEADER;

	for (unsigned n = 0; guest->file_virt && n < sizeof(header) / sizeof(*header); n++)
		write_word((uint64_t *)guest->file_virt + n, header[n]);
}

/* What requests say about the way in, before any of them is answered. */
static void heed_requests(struct guest *guest)
{
	const struct limine_request *entry = guest->requests[LIMINE_ENTRY_POINT];
	const struct limine_request *stack = guest->requests[LIMINE_STACK_SIZE];

	if (entry)
		guest->entry_virt = entry->argument[0];
	if (stack && stack->argument[0] > guest->stack_bytes)
		guest->stack_bytes = (stack->argument[0] + 15) / 16 * 16;
}

_Noreturn void adapter_main(const struct keel_boot_info *info)
{
	static struct guest guest;
	uint64_t stack_virt;

	/* Before anything that has a relocation. */
	if (keel_boot_info_check(info) != KEEL_BOOT_INFO_GOOD)
		for (;;)
			__asm__ volatile("cli; hlt");
	relocate(info->kernel_slide);

	guest.info = info;
	guest.entry_virt = KERNEL_ENTRY + info->kernel_slide;
	guest.stack_bytes = LEAST_STACK_BYTES;
	guest.file_virt = FILE_VIRT ? FILE_VIRT + info->kernel_slide : 0;
	guest.file_bytes = FILE_BYTES;
	memory_init(info);
	find_requests(&guest, KERNEL_START + info->kernel_slide, KERNEL_END + info->kernel_slide);
	heed_requests(&guest);

	restore_header(&guest);
	widen_space(&guest);
	prepare_state(&guest);
	gather_cpus(&guest);
	stack_virt = (uint64_t)take(guest.stack_bytes) + guest.stack_bytes;
	answer(&guest);
	prepare_local_apic(&guest);
	release_cpus(&guest);
	enter_kernel(stack_virt);
}
