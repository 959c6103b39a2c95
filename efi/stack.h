/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A stack of Keel's own, in memory that Keel has allocated. The firmware's may lie in any memory,
 * reserved memory too, which Keel's tables do not map: whoever is still on it when they are loaded
 * is lost without a word.
 */
#ifndef EFI_STACK_H
#define EFI_STACK_H

#include <efi.h>
#include <stdint.h>

/*
 * Pages of 4 KiB: 128 KiB for the firmware's functions (UEFI 2.10, 2.3.4), SetVirtualAddressMap
 * among them, and 64 KiB for what Keel itself has there.
 */
#define STACK_PAGES 48

/*
 * Calls function(argument) on the stack that ends at that address, a multiple of 16, and returns,
 * on the stack of before, what it returns.
 */
EFI_STATUS stack_call(uint64_t end, EFI_STATUS (*function)(void *argument), void *argument);

#endif
