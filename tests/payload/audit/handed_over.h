/* SPDX-License-Identifier: BSD-2-Clause */
/* What the firmware left in memory, judged without a call: maps, tables, SetVirtualAddressMap. */
#ifndef PAYLOAD_AUDIT_HANDED_OVER_H
#define PAYLOAD_AUDIT_HANDED_OVER_H

void audit_handed_over(void);

/* Parts of it: ACPI, SMBIOS, ESRT. */
void audit_tables(void);

#endif
