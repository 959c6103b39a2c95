/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A runtime driver that misbehaves when a kernel calls runtime services: the firmware relocates it
 * in SetVirtualAddressMap like its own. resident.c loads it. Each variant is one deed, done in one
 * service; lib/unruly.h has them. How often a deed was done is counted where the line
 *
 * unruly: hits at ADDRESS
 *
 * says. Nothing is done before the kernel calls.
 */
#include "hooks.h"
#include "unruly.h"

#define LARGE_PAGE 0x200000

struct state state;

static EFI_GUID own_vendor = {
	0x6b65656c, 0x5c1f, 0x4a7e, { 0x9d, 0x32, 0x84, 0x1c, 0x70, 0xe5, 0xb2, 0x9f }
};

static BOOLEAN is_own(const EFI_GUID *vendor)
{
	for (UINTN n = 0; n < sizeof(*vendor) - 1; n++)
		if (((const UINT8 *)vendor)[n] != ((const UINT8 *)&own_vendor)[n])
			return FALSE;
	return TRUE;
}

/* The report's name is left alone, so that it comes home. */
static BOOLEAN is_probe(const CHAR16 *name, const EFI_GUID *vendor)
{
	return name && vendor && is_own(vendor) && name[4] == u"KeelSelfCheck"[4];
}

/* What a strict run leaves for the one behind a reset: KeelSelfCheckMark. */
static BOOLEAN is_mark(const CHAR16 *name, const EFI_GUID *vendor)
{
	return is_probe(name, vendor) && name[13] == u"KeelSelfCheckMark"[13];
}

static BOOLEAN is_time(enum deed deed)
{
	return state.virtual && state.deed == deed && ++state.hits;
}

static UINT32 apic_id(void)
{
	UINT32 eax = 1, ebx, ecx, edx;

	__asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
	return ebx >> 24;
}

static EFI_STATUS EFIAPI get_time(EFI_TIME *time, EFI_TIME_CAPABILITIES *capabilities)
{
	EFI_STATUS status;

	if (!state.virtual)
		return state.get_time(time, capabilities);
	if (state.deed < FIRST_IN_EVENT) {
		state.hits++;
		status = do_around(state.deed, time, capabilities);
		return status;
	}
	if (is_time(TIME_FAILS))
		return EFI_DEVICE_ERROR;
	if (!time && is_time(TAKES_NULL))
		return EFI_SUCCESS;
	if (apic_id() != state.apic_id && is_time(FIRST_CPU_ONLY))
		return EFI_DEVICE_ERROR;
	status = state.get_time(time, capabilities);
	if (EFI_ERROR(status))
		return status;
	if (is_time(TIME_RUBBISH))
		time->Month = 13;
	if (is_time(TIME_BACKWARDS))
		time->Year = (UINT16)(2090 - state.hits);
	if (is_time(NO_RESOLUTION) && capabilities)
		capabilities->Resolution = 0;
	return status;
}

/* A compiler would not forget a register that has to be kept. */
EFI_STATUS EFIAPI get_time_for_spoiling(EFI_TIME *time, EFI_TIME_CAPABILITIES *capabilities)
{
	return get_time(time, capabilities);
}

EFI_STATUS EFIAPI spoiling_get_time(EFI_TIME *time, EFI_TIME_CAPABILITIES *capabilities);
__asm__(".text\n"
	"spoiling_get_time:\n"
	"	sub	$40, %rsp\n"
	"	call	get_time_for_spoiling\n"
	"	add	$40, %rsp\n"
	"	cmpb	$0, state+12(%rip)\n"
	"	je	1f\n"
	"	not	%rbx\n"
	"1:	ret\n");
_Static_assert(__builtin_offsetof(struct state, virtual) == 12, "as above");

static EFI_STATUS EFIAPI set_time(EFI_TIME *time)
{
	if (is_time(SET_TIME_FAILS))
		return EFI_WRITE_PROTECTED;
	return is_time(SET_TIME_LOST) ? EFI_SUCCESS : state.set_time(time);
}

static EFI_STATUS EFIAPI get_wakeup_time(BOOLEAN *enabled, BOOLEAN *pending, EFI_TIME *time)
{
	if (is_time(WAKEUP_FAILS))
		return EFI_DEVICE_ERROR;
	if (is_time(OFFERED_AND_MISSING))
		return EFI_UNSUPPORTED;
	if (is_time(EXCLUDED_AND_THERE))
		return EFI_SUCCESS;
	return state.get_wakeup_time(enabled, pending, time);
}

static EFI_STATUS EFIAPI get_variable(CHAR16 *name, EFI_GUID *vendor, UINT32 *attributes,
				      UINTN *bytes, void *data)
{
	EFI_STATUS status;
	EFI_GUID other;

	if (state.virtual && state.deed == MIXES_VENDORS && vendor && is_own(vendor)) {
		other = own_vendor;
		state.hits++;
		return state.get_variable(name, &other, attributes, bytes, data);
	}
	status = state.get_variable(name, vendor, attributes, bytes, data);
	if (!state.virtual || !is_probe(name, vendor))
		return status;
	if (!status && attributes && is_time(WRONG_ATTRIBUTES))
		*attributes |= 0x20;
	if (!status && data && is_time(WRONG_CONTENT))
		*(UINT8 *)data ^= 1;
	if (status == EFI_BUFFER_TOO_SMALL && is_time(WRONG_SIZE))
		++*bytes;
	return status;
}

/* It takes it, and what is there behind a reset is something else: nothing, or other bytes. */
static EFI_STATUS set_mark(CHAR16 *name, EFI_GUID *vendor, UINT32 attributes, UINTN bytes,
			   void *data)
{
	UINT8 changed[64];

	if (bytes > sizeof(changed))
		return EFI_OUT_OF_RESOURCES;
	if (is_time(FORGETS)) {
		/* Nobody reads it before the reset. */
		state.set_variable(name, vendor, 0, 0, NULL);
		return EFI_SUCCESS;
	}
	memcpy(changed, data, bytes);
	if (is_time(ALTERS))
		changed[bytes - 1] ^= 1;
	return state.set_variable(name, vendor, attributes, bytes, changed);
}

static EFI_STATUS EFIAPI set_variable(CHAR16 *name, EFI_GUID *vendor, UINT32 attributes,
				      UINTN bytes, void *data)
{
	if (is_probe(name, vendor)) {
		if (is_time(REFUSED))
			return EFI_WRITE_PROTECTED;
		if (is_time(OUT_OF_ROOM))
			return EFI_OUT_OF_RESOURCES;
		if (is_time(LOST))
			return EFI_SUCCESS;
		if (!bytes && is_time(NOT_DELETED))
			return EFI_SUCCESS;
		if (attributes & EFI_VARIABLE_APPEND_WRITE && is_time(NO_APPENDING))
			return EFI_INVALID_PARAMETER;
	}
	if (bytes && is_mark(name, vendor))
		return set_mark(name, vendor, attributes, bytes, data);
	return state.set_variable(name, vendor, attributes, bytes, data);
}

static EFI_STATUS EFIAPI get_next_name(UINTN *bytes, CHAR16 *name, EFI_GUID *vendor)
{
	EFI_STATUS status;

	/* Once more the same, in the middle. */
	if (state.virtual && state.deed == TWICE && name && *name && ++state.hits == 3)
		return EFI_SUCCESS;
	if (name && *name && is_time(NEVER_ENDS)) {
		name[0] = (CHAR16)('A' + state.hits / 256);
		name[1] = (CHAR16)(256 + state.hits % 256);
		name[2] = 0;
		return EFI_SUCCESS;
	}
	status = state.get_next_name(bytes, name, vendor);
	if (!status && is_probe(name, vendor) && is_time(LEAVES_OUT)) {
		*bytes = 512;
		status = state.get_next_name(bytes, name, vendor);
	}
	return status;
}

static EFI_STATUS EFIAPI query_info(UINT32 attributes, UINT64 *maximum, UINT64 *remaining,
				    UINT64 *largest)
{
	EFI_STATUS status = state.query_info(attributes, maximum, remaining, largest);

	if (is_time(NOT_TO_BE_ASKED))
		return EFI_UNSUPPORTED;
	if (!status && is_time(INFO_RUBBISH))
		*remaining = *maximum + 1;
	if (!status && is_time(NO_ROOM))
		*remaining = 4096;
	return status;
}

static EFI_STATUS EFIAPI monotonic(UINT32 *high)
{
	EFI_STATUS status = state.monotonic(high);

	if (!status && is_time(COUNT_STANDS))
		*high = 7;
	if (!status && is_time(COUNT_RESTARTS))
		*high = (UINT32)state.hits;
	return status;
}

static EFI_STATUS EFIAPI set_virtual(UINTN bytes, UINTN stride, UINT32 version,
				     EFI_MEMORY_DESCRIPTOR *map)
{
	EFI_CONFIGURATION_TABLE *tables;
	CHAR16 *vendor;
	EFI_STATUS status;

	/* The kernel's own second call: the function's address was not converted. */
	if (is_time(TWICE_VIRTUAL))
		return EFI_SUCCESS;
	/* Where the table lies is not converted either, for the same call. */
	if (state.virtual)
		return state.set_virtual(bytes, stride, version, map);
	tables = system_table->ConfigurationTable;
	vendor = system_table->FirmwareVendor;
	status = state.set_virtual(bytes, stride, version, map);
	if (!status && is_time(POINTERS_STAY)) {
		system_table->FirmwareVendor = vendor;
		system_table->ConfigurationTable = tables;
	}
	return status;
}

static EFI_STATUS EFIAPI query_capsule(EFI_CAPSULE_HEADER **capsules, UINTN count, UINT64 *maximum,
				       EFI_RESET_TYPE *reset)
{
	if (is_time(CAPSULE_FAILS))
		return EFI_DEVICE_ERROR;
	return state.query_capsule(capsules, count, maximum, reset);
}

static void convert(void **pointer)
{
	system_table->RuntimeServices->ConvertPointer(0, pointer);
}

/* UEFI 2.10, 8.4.2: on physical addresses still, and without boot services. */
static void EFIAPI changed(EFI_EVENT event, void *context)
{
	void *own_virt = state.own_page;

	(void)event;
	(void)context;
	convert(&own_virt);
	if (state.deed >= FIRST_IN_EVENT && state.deed < FIRST_ANSWER) {
		state.hits++;
		do_in_event(state.deed, (UINT64)own_virt);
	}
	convert((void **)&state.get_time);
	convert((void **)&state.set_time);
	convert((void **)&state.get_wakeup_time);
	convert((void **)&state.get_variable);
	convert((void **)&state.set_variable);
	convert((void **)&state.get_next_name);
	convert((void **)&state.query_info);
	convert((void **)&state.query_capsule);
	convert((void **)&state.monotonic);
	convert((void **)&state.set_virtual);
	state.virtual = TRUE;
}

static void *new_page(EFI_MEMORY_TYPE type)
{
	EFI_PHYSICAL_ADDRESS page = 0;

	if (EFI_ERROR(boot_services->AllocatePages(AllocateAnyPages, type, 1, &page)))
		complain("no memory");
	else
		*(UINT8 *)page = RET;
	return (void *)page;
}

/* 2 MB that begin at a multiple of 2 MB. */
static void *new_large_page(EFI_MEMORY_TYPE type)
{
	const UINTN pages = LARGE_PAGE / EFI_PAGE_SIZE;
	EFI_PHYSICAL_ADDRESS at = 0;

	if (EFI_ERROR(boot_services->AllocatePages(AllocateAnyPages, type, 2 * pages, &at)))
		complain("no memory");
	return (void *)((at + LARGE_PAGE - 1) & ~(LARGE_PAGE - 1));
}

struct rt_properties {
	UINT16 version, length;
	UINT32 supported;
};

#define RT_ALL		   0x3fff
#define RT_GET_WAKEUP_TIME 0x4
#define RT_QUERY_INFO	   0x2000

static void install_properties(UINT32 supported)
{
	static EFI_GUID guid = {
		0xeb66918a, 0x7eef, 0x402a, { 0x84, 0x2e, 0x93, 0x1d, 0x21, 0xc3, 0x8a, 0xe9 }
	};
	struct rt_properties *table = new_page(EfiRuntimeServicesData);

	table->version = 1;
	table->length = sizeof(*table);
	table->supported = supported;
	boot_services->InstallConfigurationTable(&guid, table);
}

static void hook_services(void)
{
	EFI_RUNTIME_SERVICES *runtime = system_table->RuntimeServices;

	HOOK(runtime, GetTime, state.deed == SPOILS_REGISTER ? spoiling_get_time : get_time,
	     &state.get_time);
	HOOK(runtime, SetTime, set_time, &state.set_time);
	HOOK(runtime, GetWakeupTime, get_wakeup_time, &state.get_wakeup_time);
	HOOK(runtime, GetVariable, get_variable, &state.get_variable);
	HOOK(runtime, SetVariable, set_variable, &state.set_variable);
	HOOK(runtime, GetNextVariableName, get_next_name, &state.get_next_name);
	HOOK(runtime, QueryVariableInfo, query_info, &state.query_info);
	HOOK(runtime, QueryCapsuleCapabilities, query_capsule, &state.query_capsule);
	HOOK(runtime, GetNextHighMonotonicCount, monotonic, &state.monotonic);
	HOOK(runtime, SetVirtualAddressMap, set_virtual, &state.set_virtual);
}

static void prepare(void)
{
	state.large_boot_page = new_large_page(EfiBootServicesData);
	state.large_acpi_page = new_large_page(EfiACPIReclaimMemory);
	state.boot_page = new_page(EfiBootServicesCode);
	state.loader_page = new_page(EfiLoaderCode);
	state.nvs_page = new_page(EfiACPIMemoryNVS);
	state.own_page = new_page(EfiRuntimeServicesData);
	state.own_phys = (UINT64)state.own_page;
	state.apic_id = apic_id();
	if (state.deed == OFFERED_AND_MISSING)
		install_properties(RT_ALL);
	if (state.deed == EXCLUDED_AND_THERE)
		install_properties(RT_ALL & ~RT_GET_WAKEUP_TIME);
	if (state.deed == NOT_TO_BE_ASKED)
		install_properties(RT_ALL & ~RT_QUERY_INFO);
}

static enum deed deed_named(const char *name)
{
	static const char names[][24] = DEED_NAMES;

	for (unsigned n = 0; n < DEED_COUNT; n++)
		if (text_is(names[n], name))
			return n;
	complain("no such variant");
	return DEED_COUNT;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	EFI_GUID image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
	EFI_LOADED_IMAGE *loaded;
	EFI_EVENT event;

	launch_init(image, system);
	boot_services->HandleProtocol(image, &image_guid, (void **)&loaded);
	state.loaded = loaded;
	state.deed = deed_named(loaded->LoadOptions);
	prepare();
	print("unruly: hits at ");
	print_number((UINT64)&state.hits, 16);
	print("\n");
	hook_services();
	if (EFI_ERROR(boot_services->CreateEvent(EVT_SIGNAL_VIRTUAL_ADDRESS_CHANGE, TPL_NOTIFY,
						 changed, NULL, &event)))
		complain("no event");
	convert_hook();
	if (state.deed != UNLISTED_CODE)
		attributes_publish();
	return EFI_SUCCESS;
}
