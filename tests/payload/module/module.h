/* SPDX-License-Identifier: BSD-2-Clause */
/* What the self-check's module and the kernel have from each other. */
#ifndef PAYLOAD_MODULE_H
#define PAYLOAD_MODULE_H

#include <stdint.h>

/* Exported by the kernel. */
uint64_t kernel_callback(uint64_t n);
extern uint64_t kernel_number;

/* Defined by the module; found by name. */
uint64_t module_entry(uint64_t which, uint64_t n);
extern uint64_t module_calls;
extern uint64_t (*const *module_table)(uint64_t);

#endif
