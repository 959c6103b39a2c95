/* SPDX-License-Identifier: BSD-2-Clause */
#include "machine/machine.h"
#include "lib/quirks.h"
#include "lib/text.h"
#include "lib/tsc.h"
#include "lib/x86.h"

static void tell_screens(struct text *text, const struct graphics *graphics)
{
	for (uint64_t n = 0; n < graphics->count; n++) {
		const struct keel_framebuffer *f = &graphics->screens[n].framebuffer;

		text_print(text, "%s%ux%u at %x", n ? ", " : "", (uint64_t)f->width,
			   (uint64_t)f->height, f->phys);
	}
	text_print(text, graphics->count ? "\n" : "no linear framebuffer\n");
}

/* In one go: each line by itself costs more than all of the examination. */
static void tell(const struct firmware *fw, const struct machine *m)
{
	const uint64_t revision = fw->system->Hdr.Revision;
	const struct cpu *cpu = &m->cpu;
	char memory[768] = "";
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
	tell_screens(&text, &m->graphics);
	say(fw, "%l", memory);
	if (fw->quirks & QUIRK_EFI_1_10)
		note(fw, "this vendor's firmware hangs in runtime services of EFI 2.0 and later: "
			 "they are not called");
}

EFI_STATUS machine_examine(const struct firmware *fw, const struct config_screen *wanted,
			   struct machine *machine)
{
	EFI_STATUS status = cpu_examine(fw, &machine->cpu);

	if (EFI_ERROR(status))
		return status;
	firmware_tables_find(fw, &machine->tables);
	status = listed_tables_find(fw, machine->cpu.paging.phys_bits, &machine->listed);
	if (!EFI_ERROR(status))
		status = acpi_examine(fw, &machine->listed, &machine->cpu, &machine->acpi);
	if (!EFI_ERROR(status))
		status = graphics_examine(fw, wanted, &machine->graphics);
	if (EFI_ERROR(status))
		return status;
	machine->tsc_hz = tsc_frequency(cpuid, &machine->tsc_source);
	tell(fw, machine);
	return EFI_SUCCESS;
}

void machine_free(const struct firmware *fw, struct machine *machine)
{
	acpi_free(fw, &machine->acpi);
	listed_tables_free(fw, &machine->listed);
}
