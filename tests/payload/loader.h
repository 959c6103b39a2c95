/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A loader for modules: relocatable ELF objects (System V ABI, chapter 4 "Object Files"; AMD64
 * supplement, 4.4 "Relocation"). Pages are taken, mapped writable, filled, relocated, and only
 * then given the rights of their sections: no address is ever writable and executable.
 */
#ifndef PAYLOAD_LOADER_H
#define PAYLOAD_LOADER_H

#include <stdbool.h>
#include <stdint.h>

/* Pages with the same rights, one group after the other. */
enum module_group { MODULE_TEXT, MODULE_RODATA, MODULE_DATA, MODULE_GROUPS };

/* The relocations that code of the kernel model has, in the order of R_X86_64_ numbers. */
enum module_relocation {
	MODULE_R_64,
	MODULE_R_PC32,
	MODULE_R_PLT32,
	MODULE_R_32S,
	MODULE_RELOCATIONS
};

/* A function or variable of the kernel that a module may use. */
struct module_export {
	const char *name;
	const void *address;
};

struct module {
	uint64_t group_virt[MODULE_GROUPS + 1]; /* the last one is the module's end */
	unsigned relocations[MODULE_RELOCATIONS];
	uint64_t section_virt[32];
};

/*
 * Loads the object at virt and fills in the module. Returns false, with mismatches in the open
 * point and nothing mapped, when the object cannot be loaded.
 */
bool module_load(struct module *module, const void *object, uint64_t virt,
		 const struct module_export *exports);

/* Bytes of address space that it takes, whole pages. */
uint64_t module_bytes(const void *object);

/* The address of what the module defines under this name; 0 if there is no such thing. */
uint64_t module_symbol(const struct module *module, const void *object, const char *name);

/* Takes its pages away and gives them back. */
void module_unload(const struct module *module);

#endif
