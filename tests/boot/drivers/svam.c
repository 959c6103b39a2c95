/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SetVirtualAddressMap does not do what it should. Variants:
 *
 *	fails		it returns EFI_DEVICE_ERROR
 *	lies		it returns EFI_SUCCESS and has done nothing
 *	unsupported	EFI_RT_PROPERTIES_TABLE says that it must not be called, which then fails
 *	touches		it does its work, but first it writes to page 0 and to boot services memory,
 *			calls code there, and reads each range at its old and its new address
 *	stale-system	it does its work, and then the CRC32 of the system table is wrong
 *	stale-runtime	the same for the runtime services table
 *	stale-before	the CRC32 of the system table is wrong before the call, which mends it
 *	page-fault	it reads from an address at which nothing is
 *	undefined	it comes upon an instruction that is none
 *	lost-stack	it uses a stack that is not there
 *	interrupted	an NMI and an interrupt arrive in the middle of its work
 *	flags		it does its work, and returns with interrupts on and the direction flag set
 *	watched		it does its work, and leaves a trap behind: the next one who reads the first
 *			descriptor's VirtualStart causes a debug exception
 *
 * Or the firmware is such that an exception, or nothing at all, is the end for whoever still uses
 * what is its own:
 *
 *	levels		5-level paging is on, and the call ends as with page-fault
 *	reserved-gdt	the GDT lies in reserved memory, and the call ends as with page-fault
 *	reserved-stack	the stack does
 */
#include "levels.h"

/* EFI_RT_PROPERTIES_TABLE (UEFI 2.10, 4.6.2). */
struct rt_properties {
	UINT16 version;
	UINT16 length;
	UINT32 supported;
};

#define RT_ALL			   0x3fff
#define RT_SET_VIRTUAL_ADDRESS_MAP 0x0080

static EFI_GUID properties_guid = {
	0xeb66918a, 0x7eef, 0x402a, { 0x84, 0x2e, 0x93, 0x1d, 0x21, 0xc3, 0x8a, 0xe9 }
};

/*
 * The call comes when boot services are gone and this image with them: it needs code in runtime
 * memory, and runs wherever it is copied to. RCX holds the bytes of the descriptors, RDX their
 * stride, R9 their address.
 */
extern const UINT8 code_fails[], code_lies[], code_touches[], code_stale[];
extern const UINT8 code_page_fault[], code_undefined[], code_watched[];
extern const UINT8 code_lost_stack[], code_interrupted[], code_flags[], code_plain[];
extern const UINT8 code_slots[], code_end[];
__asm__(".section .rodata\n"
	"code_fails:\n"
	"	movabs	$0x8000000000000007, %rax\n"
	"	ret\n"
	"code_lies:\n"
	"	xor	%eax, %eax\n"
	"	ret\n"
	"code_touches:\n"
	/* Back to what the table held: the kernel is to find the firmware's own function there. */
	"	mov	0f(%rip), %r10\n"
	"	mov	1f(%rip), %rax\n"
	"	mov	%rax, (%r10)\n"
	"	xor	%r10d, %r10d\n"
	"	lock orq $0, (%r10)\n"
	"	mov	2f(%rip), %r10\n"
	"	lock orq $0, (%r10)\n"
	"	call	*%r10\n"
	"	mov	%r9, %r10\n"
	"	lea	(%r9, %rcx), %r11\n"
	"3:	mov	8(%r10), %rax\n"
	"	mov	(%rax), %rax\n"
	"	mov	16(%r10), %rax\n"
	"	mov	(%rax), %rax\n"
	"	add	%rdx, %r10\n"
	"	cmp	%r11, %r10\n"
	"	jb	3b\n"
	"	jmp	*1f(%rip)\n"
	"code_stale:\n"
	"	mov	0f(%rip), %r10\n"
	"	mov	1f(%rip), %rax\n"
	"	mov	%rax, (%r10)\n"
	"	sub	$40, %rsp\n"
	"	call	*%rax\n"
	"	add	$40, %rsp\n"
	"	mov	4f(%rip), %r10\n"
	"	notl	(%r10)\n"
	"	ret\n"
	"code_page_fault:\n"
	/*
	 * In the hole behind the direct map. What has to be kept is not, and the stack is not
	 * empty.
	 */
	"	xor	%ebx, %ebx\n"
	"	xor	%ebp, %ebp\n"
	"	push	%rbx\n"
	"	std\n"
	"	movabs	0xffffe90000000123, %rax\n"
	"	ret\n"
	"code_undefined:\n"
	"	ud2\n"
	"code_lost_stack:\n"
	"	movabs	$0xffffe90000000100, %rsp\n"
	"	push	%rax\n"
	/* As far as Keel's handlers are concerned INT does what the two would do. */
	"code_interrupted:\n"
	"	sti\n"
	"	int	$2\n"
	"	int	$0x68\n"
	"	cli\n"
	"code_plain:\n"
	"	mov	0f(%rip), %r10\n"
	"	mov	1f(%rip), %rax\n"
	"	mov	%rax, (%r10)\n"
	"	jmp	*%rax\n"
	"code_flags:\n"
	"	sub	$40, %rsp\n"
	"	call	code_plain\n"
	"	add	$40, %rsp\n"
	"	std\n"
	"	sti\n"
	"	ret\n"
	"code_watched:\n"
	"	push	%r9\n"
	"	sub	$32, %rsp\n"
	"	call	*1f(%rip)\n"
	"	add	$32, %rsp\n"
	"	pop	%r9\n"
	"	add	$16, %r9\n"
	"	mov	%r9, %dr0\n"
	"	mov	$0xb0401, %r10d\n" /* breakpoint 0: 8 bytes, read or written (SDM vol. 3B 17.2.4) */
	"	mov	%r10, %dr7\n"
	"	ret\n"
	"	.balign	8\n"
	"code_slots:\n"
	"0:	.quad	0\n"
	"1:	.quad	0\n"
	"2:	.quad	0\n"
	"4:	.quad	0\n"
	"code_end:\n"
	".previous\n");

/* What the code above finds at code_slots. */
struct slots {
	EFI_SET_VIRTUAL_ADDRESS_MAP *entry;   /* in the runtime services table */
	EFI_SET_VIRTUAL_ADDRESS_MAP original; /* what stood there */
	UINT8 *boot_code;		      /* boot services memory; a return instruction */
	UINT32 *crc;			      /* what will be wrong */
};

#define RET 0xc3

static EFI_SET_VIRTUAL_ADDRESS_MAP set_virtual_address_map;

static void *new_page(EFI_MEMORY_TYPE type)
{
	EFI_PHYSICAL_ADDRESS page;

	if (!EFI_ERROR(boot_services->AllocatePages(AllocateAnyPages, type, 1, &page)))
		return (void *)page;
	complain("no memory");
	return NULL;
}

/* All of the code is copied, so that one routine fits each; `code` is where it begins. */
static void hook(const UINT8 *code, UINT32 *crc)
{
	EFI_RUNTIME_SERVICES *runtime = system_table->RuntimeServices;
	UINT8 *page = new_page(EfiRuntimeServicesCode);
	struct slots slots = { .boot_code = new_page(EfiBootServicesCode), .crc = crc };

	if (!page || !slots.boot_code)
		return;
	*slots.boot_code = RET;
	memcpy(page, code_fails, code_end - code_fails);
	HOOK(runtime, SetVirtualAddressMap,
	     (EFI_SET_VIRTUAL_ADDRESS_MAP)(page + (code - code_fails)), &set_virtual_address_map);
	slots.entry = &runtime->SetVirtualAddressMap;
	slots.original = set_virtual_address_map;
	memcpy(page + (code_slots - code_fails), &slots, sizeof(slots));
}

static void forbid(void)
{
	struct rt_properties *table;

	if (EFI_ERROR(boot_services->AllocatePool(EfiRuntimeServicesData, sizeof(*table),
						  (void **)&table))) {
		complain("no runtime memory");
		return;
	}
	table->version = 1;
	table->length = sizeof(*table);
	table->supported = RT_ALL & ~RT_SET_VIRTUAL_ADDRESS_MAP;
	boot_services->InstallConfigurationTable(&properties_guid, table);
}

static EFI_PHYSICAL_ADDRESS reserved_pages(UINTN pages)
{
	EFI_PHYSICAL_ADDRESS page = 0;

	if (EFI_ERROR(boot_services->AllocatePages(AllocateAnyPages, EfiReservedMemoryType, pages,
						   &page)))
		complain("no reserved memory");
	return page;
}

static void move_gdt(void)
{
	struct {
		UINT16 limit;
		UINT64 base;
	} __attribute__((packed)) gdt;
	void *copy = (void *)reserved_pages(1);

	if (!copy)
		return;
	__asm__ volatile("sgdt %0" : "=m"(gdt));
	memcpy(copy, (const void *)gdt.base, gdt.limit + 1u);
	gdt.base = (UINT64)copy;
	__asm__ volatile("lgdt %0" : : "m"(gdt) : "memory");
}

static void launch_it(void)
{
	launch("svam", NULL, NULL);
}

#define STACK_PAGES 64

static void launch_on_other_stack(void)
{
	const EFI_PHYSICAL_ADDRESS stack = reserved_pages(STACK_PAGES);

	if (stack)
		__asm__ volatile("mov	%%rsp, %%rbx\n"
				 "mov	%0, %%rsp\n"
				 "call	*%1\n"
				 "mov	%%rbx, %%rsp\n"
				 :
				 : "r"(stack + STACK_PAGES * EFI_PAGE_SIZE), "r"(launch_it)
				 : "rbx", "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10",
				   "r11", "memory", "cc");
}

/* Variants whose work is one routine each. */
static const struct {
	const char *name;
	const UINT8 *code;
} routines[] = {
	{ "fails", code_fails },
	{ "unsupported", code_fails },
	{ "lies", code_lies },
	{ "touches", code_touches },
	{ "page-fault", code_page_fault },
	{ "levels", code_page_fault },
	{ "reserved-gdt", code_page_fault },
	{ "undefined", code_undefined },
	{ "lost-stack", code_lost_stack },
	{ "interrupted", code_interrupted },
	{ "flags", code_flags },
	{ "watched", code_watched },
	{ "stale-system", code_stale },
	{ "stale-runtime", code_stale },
};

static void hook_for(const char *wanted)
{
	UINT32 *crc = text_is(wanted, "stale-system") ? &system_table->Hdr.CRC32
						      : &system_table->RuntimeServices->Hdr.CRC32;

	for (UINTN n = 0; n < sizeof(routines) / sizeof(routines[0]); n++)
		if (text_is(wanted, routines[n].name)) {
			hook(routines[n].code, crc);
			return;
		}
	if (!text_is(wanted, "stale-before") && !text_is(wanted, "reserved-stack"))
		complain("no such variant");
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	const char *wanted;

	launch_init(image, system);
	wanted = variant(image);
	hook_for(wanted);
	if (text_is(wanted, "stale-before"))
		system->Hdr.CRC32 = ~system->Hdr.CRC32;
	if (text_is(wanted, "unsupported"))
		forbid();
	if (text_is(wanted, "reserved-gdt"))
		move_gdt();
	if (text_is(wanted, "levels"))
		levels_enter();
	if (text_is(wanted, "reserved-stack"))
		launch_on_other_stack();
	else
		launch_it();
	return finish();
}
