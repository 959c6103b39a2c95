/* SPDX-License-Identifier: BSD-2-Clause */
#include "space/boot_info.h"
#include "lib/arena.h"
#include "lib/smbios.h"
#include "lib/text.h"
#include "machine/random.h"
#include "space/space.h"
#include "version.h"

#define TO_KERNEL(pointer) ((void *)KEEL_DIRECT_MAP((uintptr_t)(pointer)))

/* A text, none being the same as an empty one, goes to *to, and *pointer leads the kernel to it. */
static void add_string(char **to, const char *text, const char **pointer)
{
	const uint64_t bytes = text ? text_bytes(text) : 0;

	memcpy(*to, text, bytes);
	(*to)[bytes] = 0;
	*pointer = TO_KERNEL(*to);
	*to += bytes + 1;
}

static uint64_t string_bytes(const char *text)
{
	return text ? text_bytes(text) + 1 : 1;
}

/* Of all texts that fill_strings puts there. */
static uint64_t strings_bytes(const struct boot_facts *facts)
{
	const struct config_entry *wanted = &facts->entry->wanted;
	uint64_t bytes = string_bytes(wanted->options) + string_bytes(wanted->title) +
			 string_bytes(wanted->kernel) + string_bytes(facts->image->device) +
			 string_bytes(KEEL_VERSION_TEXT);

	for (uint64_t n = 0; n < facts->modules->count; n++)
		bytes += string_bytes(facts->modules->list[n].name) +
			 string_bytes(facts->modules->list[n].options);
	return bytes;
}

static uint64_t edids_bytes(const struct graphics *graphics)
{
	uint64_t bytes = 0;

	for (uint64_t n = 0; n < graphics->count; n++)
		bytes += graphics->screens[n].edid_bytes;
	return bytes;
}

/* Now, while the firmware's memory is its own. */
static void copy_edids(char *to, const struct graphics *graphics)
{
	for (uint64_t n = 0; n < graphics->count; n++) {
		memcpy(to, graphics->screens[n].edid, graphics->screens[n].edid_bytes);
		to += graphics->screens[n].edid_bytes;
	}
}

static uint64_t lay_out(struct boot_info *b, const struct boot_facts *facts,
			const struct boot_info_sizes *sizes, uint64_t start)
{
	const struct madt *madt = &facts->machine->acpi.madt;
	const struct graphics *graphics = &facts->machine->graphics;
	struct arena arena = { .start = start };

	b->info = arena_take(&arena, sizeof(*b->info));
	b->efi_map = arena_take(&arena, sizes->map_bytes);
	b->ranges = arena_take(&arena, sizes->ranges * sizeof(*b->ranges));
	b->mappings = arena_take(&arena, sizes->mappings * sizeof(*b->mappings));
	b->cpus = arena_take(&arena, madt->cpu_count * sizeof(*b->cpus));
	b->io_apics = arena_take(&arena, madt->io_apic_count * sizeof(*b->io_apics));
	b->segments = arena_take(&arena, facts->kernel->elf.segment_count * sizeof(*b->segments));
	b->modules = arena_take(&arena, facts->modules->count * sizeof(*b->modules));
	b->screens = arena_take(&arena, graphics->count * sizeof(*b->screens));
	b->edids = arena_take(&arena, edids_bytes(graphics));
	b->strings = arena_take(&arena, strings_bytes(facts));
	b->attributes = arena_take(&arena, sizes->attributes_bytes);
	return arena.bytes;
}

EFI_STATUS boot_info_allocate(const struct firmware *fw, const struct boot_facts *facts,
			      const struct boot_info_sizes *sizes, struct boot_info *b)
{
	const uint64_t bytes = lay_out(b, facts, sizes, 0);
	EFI_STATUS status =
		block_allocate(fw, &b->block, BYTES_TO_PAGES(bytes), "boot information");

	if (EFI_ERROR(status))
		return status;
	memset(block_memory(&b->block), 0, block_bytes(&b->block));
	lay_out(b, facts, sizes, b->block.phys);
	copy_edids(b->edids, &facts->machine->graphics);
	/* Not later, with all the rest: there would have to be a copy until then. */
	b->info->random_source =
		random_words(fw, (uint64_t *)b->info->random_seed, RANDOM_MOST_WORDS);
	return EFI_SUCCESS;
}

void boot_info_free(const struct firmware *fw, struct boot_info *b)
{
	if (b->block.pages)
		wipe(b->info->random_seed, sizeof(b->info->random_seed));
	block_free(fw, &b->block);
}

static void fill_strings(struct boot_info *b, const struct boot_facts *facts)
{
	const struct config_entry *wanted = &facts->entry->wanted;
	const struct modules *modules = facts->modules;
	char *to = b->strings;

	add_string(&to, wanted->options, &b->info->command_line);
	add_string(&to, wanted->title, &b->info->entry_title);
	add_string(&to, wanted->kernel, &b->info->kernel_path);
	add_string(&to, facts->image->device, &b->info->boot_device);
	add_string(&to, KEEL_VERSION_TEXT, &b->info->keel_version);
	for (uint64_t n = 0; n < modules->count; n++) {
		b->modules[n] = modules->list[n];
		add_string(&to, modules->list[n].name, &b->modules[n].name);
		add_string(&to, modules->list[n].options, &b->modules[n].options);
	}
	b->info->modules = TO_KERNEL(b->modules);
	b->info->module_count = modules->count;
}

static void fill_memory(const struct boot_info *b, const struct space *space)
{
	struct keel_boot_info *info = b->info;
	const struct firmware_map *map = &space->firmware_map;

	info->memory_ranges = TO_KERNEL(b->ranges);
	info->memory_range_count = space->map.count;
	info->mappings = TO_KERNEL(b->mappings);
	info->mapping_count = space->plans.kernel.count;
	info->efi_map = TO_KERNEL(b->efi_map);
	info->efi_map_bytes = map->descriptors.bytes;
	info->efi_map_stride = map->descriptors.stride;
	info->efi_map_version = map->version;
	info->efi_memory_attributes = map->attributes_bytes ? TO_KERNEL(b->attributes) : NULL;
	info->efi_memory_attributes_bytes = map->attributes_bytes;
	info->direct_map_left_out_bytes = space->plans.outcome.left_out_bytes;
}

static void fill_tables(struct keel_boot_info *info, const struct space *space)
{
	const struct roots *roots = &space->roots;

	info->tables_phys = roots->pool.phys;
	info->tables_planned = space->plans.tables;
	info->tables_used = roots->pool.used;
	info->kernel_root_phys = mm_pool_phys(&roots->pool, roots->kernel);
	info->transition_root_phys = mm_pool_phys(&roots->pool, roots->transition);
	info->landing_root_phys = mm_pool_phys(&roots->pool, roots->landing);
}

static void fill_kernel(const struct boot_info *b, const struct kernel *kernel)
{
	struct keel_boot_info *info = b->info;
	const struct elf_image *elf = &kernel->elf;

	memcpy(b->segments, elf->segments, elf->segment_count * sizeof(*b->segments));
	info->segments = TO_KERNEL(b->segments);
	info->segment_count = elf->segment_count;
	info->phys_base = elf->phys_base;
	info->kernel_virt = elf->virt;
	info->kernel_bytes = elf->bytes;
	info->entry_virt = elf->entry_virt;
	info->kernel_slide = elf->slide;
	if (!kernel->symbols.count)
		return;
	info->symbols = TO_KERNEL(kernel->symbols.phys);
	info->symbol_count = kernel->symbols.count;
	info->symbol_names = TO_KERNEL(kernel->symbols.names_phys);
	info->symbol_names_bytes = kernel->symbols.names_bytes;
}

static void fill_cpus(const struct boot_info *b, const struct machine *machine,
		      const struct space *space, const struct exit_facts *exit)
{
	struct keel_boot_info *info = b->info;
	const struct acpi *acpi = &machine->acpi;
	const struct madt *madt = &acpi->madt;

	memcpy(b->io_apics, madt->io_apics, madt->io_apic_count * sizeof(*b->io_apics));
	info->io_apics = TO_KERNEL(b->io_apics);
	info->io_apic_count = madt->io_apic_count;
	info->cpus = TO_KERNEL(b->cpus);
	info->cpu_count = madt->cpu_count;
	info->idt_phys = space->plans.request.area.idt_phys;
	info->vsyscall_phys = space->plans.request.area.vsyscall_phys;
	info->local_apic_phys = acpi->local_apic_phys;
	info->early_console_phys = acpi->early_console_phys;
	if (space->ap_start.pages && exit->cpus_waiting == exit->cpus_told)
		info->ap_start_phys = space->ap_start.phys;
	if (space->plans.request.area.mailboxes_phys)
		info->mailboxes = TO_KERNEL(space->plans.request.area.mailboxes_phys);
	info->cpus_waiting = exit->cpus_waiting;
	info->waiting_page_phys = space->plans.request.area.waiting_phys;
	info->phys_bits = machine->cpu.paging.phys_bits;
	info->largest_leaf_level = machine->cpu.paging.largest_leaf_level;
}

static void fill_firmware(struct keel_boot_info *info, const struct firmware *fw,
			  const struct machine *machine, const struct exit_facts *exit)
{
	info->efi_system_table_phys = (uintptr_t)fw->system;
	info->efi_system_table_virt = exit->system_table_virt;
	info->efi_vendor_phys = machine->tables.vendor_phys;
	info->runtime_supported = machine->tables.runtime_supported;
	info->runtime_state = exit->runtime_state;
	info->runtime_status = exit->runtime_status;
	info->runtime_fault_rip = exit->fault_rip;
	info->runtime_fault_cr2 = exit->fault_cr2;
	info->runtime_fault_vector = (uint32_t)exit->fault_vector;
	info->runtime_fault_error = (uint32_t)exit->fault_error;
}

/* The least that these tables have, bytes. */
#define RSDP_BYTES		  20
#define CONFIGURATION_ENTRY_BYTES sizeof(EFI_CONFIGURATION_TABLE)

/* As late as they can be read: drivers change them until they are told of the exit. */
static void fill_firmware_tables(struct keel_boot_info *info, const struct space *space,
				 const struct exit_facts *exit)
{
	const struct firmware_tables *tables = &space->firmware_tables;
	const struct mm_memory_map *map = &space->map;

	info->efi_config_table_phys = exit->configuration_phys;
	info->efi_config_table_count = exit->configuration_count;
	info->rsdp_phys = tables->rsdp_phys;
	info->smbios_phys = tables->smbios_phys;
	info->smbios3_phys = tables->smbios3_phys;
	info->rsdp_virt = mm_memory_map_virt(map, tables->rsdp_phys, RSDP_BYTES);
	info->smbios_virt = mm_memory_map_virt(map, tables->smbios_phys, SMBIOS_ENTRY_BYTES);
	info->smbios3_virt = mm_memory_map_virt(map, tables->smbios3_phys, SMBIOS3_ENTRY_BYTES);
	if (exit->configuration_count < MM_DIRECT_MAP_BYTES / CONFIGURATION_ENTRY_BYTES)
		info->efi_config_table_virt =
			mm_memory_map_virt(map, exit->configuration_phys,
					   exit->configuration_count * CONFIGURATION_ENTRY_BYTES);
}

static void fill_measurements(struct keel_boot_info *info, const struct tpm_log *log)
{
	const char *start = block_memory(&log->block);

	info->measured = log->state;
	if (log->has_pcrs) {
		info->tpm_pcrs = 1u << TPM_PCR_CONFIG | 1u << TPM_PCR_FILES;
		memcpy(info->tpm_pcr8, log->pcrs[0], sizeof(info->tpm_pcr8));
		memcpy(info->tpm_pcr9, log->pcrs[1], sizeof(info->tpm_pcr9));
	}
	if (!log->bytes)
		return;
	info->tpm_log = TO_KERNEL(start);
	info->tpm_log_bytes = log->bytes;
	if (!log->final_bytes)
		return;
	info->tpm_final_events = TO_KERNEL(start + log->final_offset);
	info->tpm_final_events_bytes = log->final_bytes;
}

/* What could not be mapped is not handed over. */
static void fill_screens(const struct boot_info *b, const struct graphics *graphics,
			 const struct mm_outcome *outcome)
{
	struct keel_boot_info *info = b->info;
	char *edid = b->edids;

	info->screens = TO_KERNEL(b->screens);
	for (uint64_t n = 0; n < graphics->count; n++) {
		const struct screen *from = graphics->screens + n;
		struct keel_screen *to = b->screens + info->screen_count;

		if (outcome->framebuffers_mapped >> n & 1) {
			to->framebuffer = from->framebuffer;
			to->framebuffer.virt = KEEL_DIRECT_MAP(from->framebuffer.phys);
			to->edid = from->edid_bytes ? TO_KERNEL(edid) : NULL;
			to->edid_bytes = from->edid_bytes;
			info->screen_count++;
		}
		edid += from->edid_bytes;
	}
	if (info->screen_count)
		info->framebuffer = b->screens[0].framebuffer;
}

static void fill_flags(struct keel_boot_info *info, const struct cpu *cpu,
		       const struct mm_outcome *outcome, const struct exit_facts *exit)
{
	if (outcome->runtime_code_writable)
		info->flags |= KEEL_FLAG_RUNTIME_CODE_WRITABLE;
	if (exit->stale_crc)
		info->flags |= KEEL_FLAG_STALE_SYSTEM_TABLE_CRC;
	if (cpu->x2apic)
		info->flags |= KEEL_FLAG_X2APIC;
}

static void fill_times(struct keel_boot_info *info, const struct machine *machine,
		       const struct volume *volume, struct stopwatch *watch)
{
	info->tsc_hz = machine->tsc_hz;
	info->tsc_source = machine->tsc_source;
	info->read_ticks = volume->read_ticks;
	info->read_bytes = volume->read_bytes;
	info->entry_tsc = watch->entry_tsc;
	stopwatch_end(watch, KEEL_STAGE_JUMP);
	info->jump_tsc = watch->since;
	memcpy(info->stage_ticks, watch->ticks, sizeof(info->stage_ticks));
}

void boot_info_fill(const struct firmware *fw, const struct boot_facts *facts,
		    const struct space *space, const struct exit_facts *exit,
		    struct stopwatch *watch)
{
	struct boot_info b = space->boot_info;
	struct keel_boot_info *info = b.info;
	const struct machine *machine = facts->machine;

	info->magic = KEEL_BOOT_INFO_MAGIC;
	info->version = KEEL_BOOT_INFO_VERSION;
	info->size = sizeof(*info);
	fill_flags(info, &machine->cpu, &space->plans.outcome, exit);
	fill_memory(&b, space);
	fill_tables(info, space);
	fill_kernel(&b, facts->kernel);
	fill_cpus(&b, machine, space, exit);
	fill_firmware(info, fw, machine, exit);
	fill_firmware_tables(info, space, exit);
	fill_screens(&b, &machine->graphics, &space->plans.outcome);
	fill_strings(&b, facts);
	info->secure_boot = facts->trust->secure_boot;
	fill_measurements(info, facts->tpm_log);
	info->exit_tries = exit->tries;
	info->loader_phys = facts->image->phys;
	info->loader_bytes = facts->image->bytes;
	fill_times(info, machine, facts->volume, watch);
}
