/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A keyboard on which somebody types what stands in \variant, from the beginning on and as fast as
 * it is read: d is Down, u is Up, r is Enter. "none": there is no keyboard at all.
 * "real": it is the firmware's own.
 */
#include "hooks.h"

#define SCAN_CODE_UP   1 /* UEFI 2.10, 12.1.2 */
#define SCAN_CODE_DOWN 2

static const char *typed;

static EFI_STATUS EFIAPI read_key(SIMPLE_INPUT_INTERFACE *in, EFI_INPUT_KEY *key)
{
	(void)in;
	key->ScanCode = 0;
	key->UnicodeChar = 0;
	if (!*typed)
		return EFI_NOT_READY;
	if (*typed == 'd')
		key->ScanCode = SCAN_CODE_DOWN;
	else if (*typed == 'u')
		key->ScanCode = SCAN_CODE_UP;
	else
		key->UnicodeChar = *typed == 'r' ? '\r' : *typed;
	typed++;
	return EFI_SUCCESS;
}

/* The firmware calls it to find out whether the event is to be signalled: 7.1, CreateEvent. */
static void EFIAPI look(EFI_EVENT event, void *context)
{
	(void)context;
	if (*typed)
		boot_services->SignalEvent(event);
}

static SIMPLE_INPUT_INTERFACE keyboard;

static void replace_keyboard(void)
{
	if (text_is(typed, "real"))
		return;
	keyboard = *system_table->ConIn;
	keyboard.ReadKeyStroke = read_key;
	if (EFI_ERROR(boot_services->CreateEvent(EVT_NOTIFY_WAIT, TPL_NOTIFY, look, NULL,
						 &keyboard.WaitForKey)))
		complain("no event for the keyboard");
	system_table->ConIn = text_is(typed, "none") ? NULL : &keyboard;
	hook_sign(&system_table->Hdr);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	launch_init(image, system);
	typed = variant(image);
	launch("keys", replace_keyboard, NULL);
	return finish();
}
