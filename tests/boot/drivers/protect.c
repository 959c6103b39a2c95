/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Firmware that protects memory as far as it can, as newer ones do: nothing is executable that does
 * not hold code, so no memory that keel.efi gets is; the sections of keel.efi have the rights that
 * they ask for, and what leads to them, the firmware's page tables, cannot be written.
 */
#include "hooks.h"

#define PAGE_BYTES  4096
#define ENTRY_RW    0x2
#define ENTRY_LARGE 0x80
#define ENTRY_NX    0x8000000000000000
#define ENTRY_PHYS  0x000ffffffffff000
#define MSR_EFER    0xc0000080
#define EFER_NXE    0x800
#define CR0_WP	    0x10000
#define MEMORY_RO   0x20000 /* EFI_MEMORY_RO: UEFI 2.10, 7.2.3 */
#define MEMORY_XP   0x4000
#define LEVELS	    4

/* EFI_CPU_ARCH_PROTOCOL (PI 1.7, volume 2, 12.3); what comes before the last member is not used. */
struct cpu_protocol {
	void *others[7];
	EFI_STATUS(EFIAPI *set_memory_attributes)
	(struct cpu_protocol *cpu, EFI_PHYSICAL_ADDRESS phys, UINT64 bytes, UINT64 attributes);
};

static EFI_GUID cpu_guid = {
	0x26baccb1, 0x6f42, 0x11d4, { 0xbc, 0xe7, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81 }
};

static struct cpu_protocol *cpu;
static EFI_HANDLE this_image;

static void protect(EFI_PHYSICAL_ADDRESS phys, UINT64 bytes, UINT64 attributes)
{
	if (EFI_ERROR(cpu->set_memory_attributes(cpu, phys, bytes, attributes)))
		complain("the rights of memory could not be changed");
}

static UINT64 read_cr3(void)
{
	UINT64 value;

	__asm__ volatile("mov %%cr3, %0" : "=r"(value));
	return value & ENTRY_PHYS;
}

/* The firmware's entry for an address, and what all that leads to it permits. */
static UINT64 entry_of(UINT64 virt)
{
	UINT64 table = read_cr3();
	UINT64 entry = 0, nx = 0, rw = ENTRY_RW;

	for (unsigned level = LEVELS; level; level--) {
		entry = ((UINT64 *)table)[virt >> (3 + 9 * level) & 511];
		nx |= entry & ENTRY_NX;
		rw &= entry;
		if (entry & ENTRY_LARGE)
			break;
		table = entry & ENTRY_PHYS;
	}
	return (entry & ~(ENTRY_NX | ENTRY_RW)) | nx | rw;
}

/*
 * The tables of that level and below. Those that come into being meanwhile are protected already.
 */
static void protect_tables(UINT64 table, unsigned level)
{
	if (entry_of(table) & ENTRY_RW)
		protect(table, PAGE_BYTES, MEMORY_RO | MEMORY_XP);
	for (unsigned n = 0; level > 1 && n < 512; n++) {
		const UINT64 entry = ((UINT64 *)table)[n];

		if (entry & 1 && (level == LEVELS || !(entry & ENTRY_LARGE)))
			protect_tables(entry & ENTRY_PHYS, level - 1);
	}
}

static BOOLEAN holds_data(UINT32 type)
{
	return type == EfiLoaderData || type == EfiBootServicesData ||
	       type == EfiRuntimeServicesData || type == EfiConventionalMemory ||
	       type == EfiACPIReclaimMemory || type == EfiACPIMemoryNVS;
}

static void protect_data(void)
{
	static UINT8 map[64 * 1024] __attribute__((aligned(8)));
	UINTN bytes = sizeof(map), key, stride;
	UINT32 version;

	if (EFI_ERROR(boot_services->GetMemoryMap(&bytes, (EFI_MEMORY_DESCRIPTOR *)map, &key,
						  &stride, &version))) {
		complain("no memory map");
		return;
	}
	for (UINTN n = 0; n < bytes / stride; n++) {
		const EFI_MEMORY_DESCRIPTOR *d = descriptor_at(map, stride, n);

		if (holds_data(d->Type))
			protect(d->PhysicalStart, d->NumberOfPages * PAGE_BYTES, MEMORY_XP);
	}
}

/* Section headers follow the optional header, 40 bytes each (Microsoft PE format). */
static void protect_image(const EFI_LOADED_IMAGE *loaded)
{
	const UINT8 *base = loaded->ImageBase;
	const UINT8 *pe = base + *(const UINT32 *)(base + 0x3c);
	const UINT8 *section = pe + 24 + *(const UINT16 *)(pe + 20);

	for (unsigned n = *(const UINT16 *)(pe + 6); n; n--, section += 40) {
		const UINT64 bytes = *(const UINT32 *)(section + 8);
		const UINT32 flags = *(const UINT32 *)(section + 36);

		protect((UINT64)base + *(const UINT32 *)(section + 12),
			(bytes + PAGE_BYTES - 1) & ~(UINT64)(PAGE_BYTES - 1),
			(flags & 0x20000000 ? 0 : MEMORY_XP) |
				(flags & 0x80000000 ? 0 : MEMORY_RO));
	}
}

/* The image that this one has loaded. */
static EFI_LOADED_IMAGE *find_keel(void)
{
	EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
	EFI_LOADED_IMAGE *loaded;
	EFI_HANDLE *handles;
	UINTN count;

	if (EFI_ERROR(boot_services->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &handles)))
		return NULL;
	for (UINTN n = 0; n < count; n++)
		if (!EFI_ERROR(
			    boot_services->HandleProtocol(handles[n], &guid, (void **)&loaded)) &&
		    loaded->ParentHandle == this_image)
			return loaded;
	return NULL;
}

/* Is it as it is meant to be? */
static void look(const EFI_LOADED_IMAGE *loaded)
{
	const UINT64 code = (UINT64)loaded->ImageBase + PAGE_BYTES;
	EFI_PHYSICAL_ADDRESS page;
	void *pool;
	UINT64 cr0;

	__asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
	if (!(cr0 & CR0_WP) || entry_of(read_cr3()) & ENTRY_RW)
		complain("the firmware's page tables are writable");
	if (EFI_ERROR(boot_services->AllocatePages(AllocateAnyPages, EfiLoaderData, 1, &page)) ||
	    EFI_ERROR(boot_services->AllocatePool(EfiLoaderData, 1, &pool)) ||
	    !(entry_of(page) & ENTRY_NX) || !(entry_of((UINT64)pool) & ENTRY_NX))
		complain("memory for data is executable");
	if (entry_of(code) & (ENTRY_NX | ENTRY_RW))
		complain("the code of keel.efi is writable, or not executable");
}

static void protect_all(void)
{
	const EFI_LOADED_IMAGE *keel = find_keel();

	if (!keel) {
		complain("keel.efi is not there");
		return;
	}
	protect_data();
	protect_image(keel);
	protect_tables(read_cr3(), LEVELS);
	look(keel);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	UINT32 low, high;

	launch_init(image, system);
	this_image = image;
	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(MSR_EFER));
	__asm__ volatile("wrmsr" : : "c"(MSR_EFER), "a"(low | EFER_NXE), "d"(high));
	if (EFI_ERROR(boot_services->LocateProtocol(&cpu_guid, NULL, (void **)&cpu)))
		complain("there is no EFI_CPU_ARCH_PROTOCOL");
	else
		launch("protect", protect_all, NULL);
	return finish();
}
