/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/variable.h"

static EFI_GUID vendor = KEEL_VARIABLE_VENDOR;
static CHAR16 name[] = KEEL_REPORT_NAME;

EFI_STATUS report_variable_read(const struct firmware *fw, char *text, uint64_t *bytes)
{
	UINTN size = KEEL_REPORT_BYTES;
	const EFI_STATUS status = fw->runtime->GetVariable(name, &vendor, NULL, &size, text);

	*bytes = size;
	return status;
}

EFI_STATUS report_variable_delete(const struct firmware *fw)
{
	return fw->runtime->SetVariable(name, &vendor, 0, 0, NULL);
}

void report_variable_keep(const struct firmware *fw, const char *text, uint64_t bytes)
{
	EFI_RUNTIME_SERVICES *services = fw->runtime;
	UINT64 maximum;
	UINT64 remaining;
	UINT64 largest;

	if (!fw->has_efi_2 ||
	    services->QueryVariableInfo(KEEL_REPORT_ATTRIBUTES, &maximum, &remaining, &largest) ||
	    !keel_report_fits(bytes, remaining, largest))
		return;
	services->SetVariable(name, &vendor, KEEL_REPORT_ATTRIBUTES, bytes, (void *)text);
}

bool report_variable_announce(const struct firmware *fw)
{
	static const char text[] = KEEL_REPORT_FIRST_LINE
		"\n# keel: the self-check was started, and nothing is known of its end\n";
	UINTN bytes = 0;

	if (fw->runtime->GetVariable(name, &vendor, NULL, &bytes, NULL) != EFI_NOT_FOUND)
		return false;
	report_variable_keep(fw, text, sizeof(text) - 1);
	return true;
}
