/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the runtime driver unruly.c does to another one, audit.efi, which keel.efi starts after it:
 * to its event and to its pointers. The firmware's own drivers are left alone.
 */
#include "hooks.h"
#include "record.h"
#include "unruly.h"

/* Audit.efi's record, as long as addresses are physical; 0 before it was started. */
static UINT64 record_of_driver(void)
{
	static const EFI_GUID guid = DRIVER_GUID;

	return (UINT64)configuration_table(&guid);
}

static BOOLEAN is_deed(enum deed deed, BOOLEAN when)
{
	return when && state.deed == deed && ++state.hits;
}

static EFI_STATUS EFIAPI convert_pointer(UINTN disposition, void **pointer)
{
	const UINT64 address = (UINT64)*pointer;
	const BOOLEAN is_own = address == record_of_driver();
	EFI_STATUS status;

	if (is_deed(CONVERTS_NOTHING, is_own))
		return EFI_SUCCESS;
	if (is_deed(REFUSES_TO_CONVERT, is_own))
		return EFI_NOT_FOUND;
	if (is_deed(CONVERTS_NOWHERE, address == DRIVER_NOWHERE))
		return EFI_SUCCESS;
	status = state.convert_pointer(disposition, pointer);
	if (is_deed(CONVERTS_WRONGLY, is_own))
		*pointer = (UINT8 *)*pointer + EFI_PAGE_SIZE;
	return status;
}

/*
 * An event of another kind is there, can be closed, and never comes. With a driver more in its
 * memory for run time the firmware has made its Memory Attributes Table anew.
 */
static EFI_STATUS EFIAPI create_event(UINT32 type, EFI_TPL level, EFI_EVENT_NOTIFY notify,
				      void *context, EFI_EVENT *event)
{
	const BOOLEAN is_change = type == EVT_SIGNAL_VIRTUAL_ADDRESS_CHANGE;
	EFI_EVENT second;
	EFI_STATUS status;

	if (is_deed(EVENT_LOST, is_change))
		type = EVT_NOTIFY_SIGNAL;
	if (is_deed(EVENT_TWICE, is_change))
		state.create_event(type, level, notify, context, &second);
	status = state.create_event(type, level, notify, context, event);
	if (is_change)
		attributes_publish();
	return status;
}

void convert_hook(void)
{
	if (state.deed >= EVENT_LOST && state.deed <= CONVERTS_NOWHERE) {
		HOOK(boot_services, CreateEvent, create_event, &state.create_event);
		HOOK(system_table->RuntimeServices, ConvertPointer, convert_pointer,
		     &state.convert_pointer);
	}
}
