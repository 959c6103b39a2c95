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
 *	watched		it does its work, and leaves a trap behind: the next one who reads the first
 *			descriptor's VirtualStart causes a debug exception
 */
#include "hooks.h"

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

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	const char *wanted;

	launch_init(image, system);
	wanted = variant(image);
	if (text_is(wanted, "lies"))
		hook(code_lies, NULL);
	else if (text_is(wanted, "touches"))
		hook(code_touches, NULL);
	else if (text_is(wanted, "page-fault"))
		hook(code_page_fault, NULL);
	else if (text_is(wanted, "undefined"))
		hook(code_undefined, NULL);
	else if (text_is(wanted, "watched"))
		hook(code_watched, NULL);
	else if (text_is(wanted, "stale-system"))
		hook(code_stale, &system->Hdr.CRC32);
	else if (text_is(wanted, "stale-runtime"))
		hook(code_stale, &system->RuntimeServices->Hdr.CRC32);
	else if (text_is(wanted, "stale-before"))
		system->Hdr.CRC32 = ~system->Hdr.CRC32;
	else
		hook(code_fails, NULL);
	if (text_is(wanted, "unsupported"))
		forbid();
	launch("svam", NULL, NULL);
	return finish();
}
