/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whose firmware this is, and how old. The runtime services that came with EFI 2.0 are replaced:
 * each call, at boot time or at run time, counts up a number in memory, whose address is printed,
 * and is refused. There is no Memory Attributes Table: it would say that this code is not to be
 * executed.
 * Variants:
 *
 *	apple		FirmwareVendor is "Apple"
 *	apples		it is longer, and only begins so
 *	old-system	the system table's revision is 1.10
 *	old-runtime	that of the runtime services table is
 *	as-it-is	nothing is changed
 */
#include "hooks.h"

#define EFI_1_10 0x1000a

/* Position-independent, for a page that is moved: counts, and returns EFI_UNSUPPORTED. */
extern const UINT8 code[], code_count[], code_end[];
__asm__(".section .rodata\n"
	"	.balign	8\n"
	"code:\n"
	"	lock incq code_count(%rip)\n"
	"	movabs	$0x8000000000000003, %rax\n"
	"	ret\n"
	"	.balign	8\n"
	"code_count:\n"
	"	.quad	0\n"
	"code_end:\n"
	".previous\n");

static void *new_page(EFI_MEMORY_TYPE type)
{
	EFI_PHYSICAL_ADDRESS page;

	if (!EFI_ERROR(boot_services->AllocatePages(AllocateAnyPages, type, 1, &page)))
		return (void *)page;
	complain("no memory");
	return NULL;
}

static void count_calls(EFI_RUNTIME_SERVICES *runtime)
{
	UINT8 *page = new_page(EfiRuntimeServicesCode);

	if (!page)
		return;
	memcpy(page, code, code_end - code);
	runtime->QueryVariableInfo = (EFI_QUERY_VARIABLE_INFO)page;
	runtime->UpdateCapsule = (EFI_UPDATE_CAPSULE)page;
	runtime->QueryCapsuleCapabilities = (EFI_QUERY_CAPSULE_CAPABILITIES)page;
	print("vendor: counts at ");
	print_number((UINT64)page + (code_count - code), 16);
	print("\n");
}

static void drop_attributes(void)
{
	static EFI_GUID guid;

	guid = memory_attributes_guid;
	boot_services->InstallConfigurationTable(&guid, NULL);
}

static void set_vendor(EFI_SYSTEM_TABLE *system, const CHAR16 *name, UINTN bytes)
{
	CHAR16 *copy = new_page(EfiRuntimeServicesData);

	if (!copy)
		return;
	memcpy(copy, name, bytes);
	system->FirmwareVendor = copy;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	static const CHAR16 apple[] = u"Apple", apples[] = u"Apples";
	const char *wanted;

	launch_init(image, system);
	wanted = variant(image);
	count_calls(system->RuntimeServices);
	if (text_is(wanted, "apple"))
		set_vendor(system, apple, sizeof(apple));
	else if (text_is(wanted, "apples"))
		set_vendor(system, apples, sizeof(apples));
	else if (text_is(wanted, "old-system"))
		system->Hdr.Revision = EFI_1_10;
	else if (text_is(wanted, "old-runtime"))
		system->RuntimeServices->Hdr.Revision = EFI_1_10;
	else if (!text_is(wanted, "as-it-is"))
		complain("no such variant");
	drop_attributes(); /* the last thing: an allocation of runtime memory makes it anew */
	hook_sign(&system->Hdr);
	hook_sign(&system->RuntimeServices->Hdr);
	launch("vendor", NULL, NULL);
	return finish();
}
