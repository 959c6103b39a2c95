/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a run brings its report home. A kernel leaves text in a UEFI variable (UEFI 2.10, 8.2); at
 * the next boot keel.efi writes it to \keel-report-N.txt on the volume that it came from, together
 * with what it knows of the machine, and deletes the variable. The self-check does so at its end,
 * and the loader when it has to give up without firmware to return to. Any kernel may: the text is
 * not looked at. docs/report.md describes the file.
 */
#ifndef KEEL_REPORT_H
#define KEEL_REPORT_H

#include <stdint.h>

/* VendorGuid of all variables of Keel's, as an initializer of EFI_GUID. */
#define KEEL_VARIABLE_VENDOR                                           \
	{                                                              \
		0x6b65656c, 0x5c1f, 0x4a7e,                            \
		{                                                      \
			0x9d, 0x32, 0x84, 0x1c, 0x70, 0xe5, 0xb2, 0x9f \
		}                                                      \
	}

/* VariableName: UTF-16, with its zero. */
#define KEEL_REPORT_NAME u"KeelReport"

/* Attributes: NON_VOLATILE, BOOTSERVICE_ACCESS, RUNTIME_ACCESS. */
#define KEEL_REPORT_ATTRIBUTES 0x7

/*
 * Data: ASCII text without a zero at its end, of so many bytes at most. Whole lines that begin with
 * #, so that tools which read memory maps take them for remarks; the first is this one. In the file
 * a line that does not begin so gets a # in front, and a control character becomes a question mark.
 */
#define KEEL_REPORT_BYTES      2048
#define KEEL_REPORT_FIRST_LINE "# Keel report"

/*
 * Some firmware never starts again once its store is full. So many bytes have to remain for others
 * after the report was written (RemainingVariableStorageSize of QueryVariableInfo).
 */
#define KEEL_REPORT_SPARE_BYTES 8192

/* In the file: parts the memory map from the Memory Attributes Table. */
#define KEEL_REPORT_ATTRIBUTES_LINE "# Memory Attributes Table"

/*
 * Whether a report of so many bytes may be written: remaining and largest are what
 * QueryVariableInfo gives for KEEL_REPORT_ATTRIBUTES. Where it cannot be asked: do not write.
 */
static inline int keel_report_fits(uint64_t bytes, uint64_t remaining, uint64_t largest)
{
	return bytes <= largest && remaining >= bytes + KEEL_REPORT_SPARE_BYTES;
}

#endif
