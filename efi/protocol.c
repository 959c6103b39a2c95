/* SPDX-License-Identifier: BSD-2-Clause */
/* Interfaces that the firmware offers (UEFI 2.10, 7.3). Its prototypes forget that GUIDs are constant. */
#include "firmware.h"

void *protocol_of(const struct loader *l, EFI_HANDLE handle, const EFI_GUID *guid)
{
	void *interface;

	if (EFI_ERROR(l->boot->HandleProtocol(handle, (EFI_GUID *)guid, &interface)))
		return NULL;
	return interface;
}

void *protocol(const struct loader *l, const EFI_GUID *guid)
{
	void *interface;

	if (EFI_ERROR(l->boot->LocateProtocol((EFI_GUID *)guid, NULL, &interface)))
		return NULL;
	return interface;
}
