/* SPDX-License-Identifier: BSD-2-Clause */
#include "machine/machine.h"
#include "lib/quirks.h"
#include "lib/text.h"
#include "lib/tsc.h"
#include "lib/x86.h"
#include "machine/graphics.h"

/* In one go: each line by itself costs more than all of the examination. */
static void tell(const struct firmware *fw, const struct machine *m)
{
	const uint64_t revision = fw->system->Hdr.Revision;
	const struct cpu *cpu = &m->cpu;
	char memory[512] = "";
	struct text text = text_in(memory, sizeof(memory));
	uint64_t bytes;
	const struct memory_attributes_table *attributes = firmware_attributes(fw, &bytes);

	text_print(&text, "  cpu       %u physical address bits, %s pages",
		   (uint64_t)cpu->paging.phys_bits,
		   cpu->paging.largest_leaf_level == KEEL_LEVEL_PDPT ? "1 GB" : "2 MB");
	if (cpu->paging.boundary_count)
		text_print(&text, ", %u MTRR boundaries", (uint64_t)cpu->paging.boundary_count);
	text_print(&text,
		   "\n"
		   "  firmware  UEFI %u.%u, Memory Attributes Table: %u entries\n"
		   "  acpi      %s%u CPUs, %u I/O APICs\n"
		   "  graphics  ",
		   revision >> 16, (revision & 0xffff) / 10,
		   attributes ? (uint64_t)attributes->entries : 0,
		   m->acpi.has_madt ? "" : "no usable MADT, ", m->acpi.madt.cpu_count,
		   m->acpi.madt.io_apic_count);
	if (m->framebuffer.format == KEEL_PIXEL_NONE)
		text_print(&text, "no linear framebuffer\n");
	else
		text_print(&text, "%ux%u at %x\n", (uint64_t)m->framebuffer.width,
			   (uint64_t)m->framebuffer.height, m->framebuffer.phys);
	say(fw, "%l", memory);
	if (fw->quirks & QUIRK_EFI_1_10)
		note(fw, "this vendor's firmware hangs in runtime services of EFI 2.0 and later: "
			 "they are not called");
}

EFI_STATUS machine_examine(const struct firmware *fw, struct machine *machine)
{
	EFI_STATUS status = cpu_examine(fw, &machine->cpu);

	if (EFI_ERROR(status))
		return status;
	firmware_tables_find(fw, &machine->tables);
	status = listed_tables_find(fw, machine->cpu.paging.phys_bits, &machine->listed);
	if (!EFI_ERROR(status))
		status = acpi_examine(fw, &machine->listed, &machine->cpu, &machine->acpi);
	if (EFI_ERROR(status))
		return status;
	graphics_examine(fw, &machine->framebuffer);
	machine->secure_boot = secure_boot_state(fw);
	machine->tsc_hz = tsc_frequency(cpuid, &machine->tsc_source);
	tell(fw, machine);
	return EFI_SUCCESS;
}

void machine_free(const struct firmware *fw, struct machine *machine)
{
	acpi_free(fw, &machine->acpi);
	listed_tables_free(fw, &machine->listed);
}
