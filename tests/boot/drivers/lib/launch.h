/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the test drivers share. A driver is the image that the firmware starts; it changes the world
 * and then starts \keel.efi, which lies on the same disk, and tells on the console how that went:
 *
 *	launch: NAME status STATUS free BEFORE AFTER
 *
 * with EFI_STATUS in hex and the number of free pages, in decimal, before keel.efi was loaded and
 * after it is gone.
 */
#ifndef LAUNCH_H
#define LAUNCH_H

#include <efi.h>

/* Call first. */
void launch_init(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

void print(const char *text);
void print_number(UINT64 value, unsigned base);

/* Pages of EfiConventionalMemory. */
UINT64 free_pages(void);

/*
 * Loads \keel.efi, calls change (if not NULL), starts keel.efi, calls restore (if not NULL), and
 * reports. Returns the status of StartImage, or of LoadImage when that failed.
 */
EFI_STATUS launch(const char *name, void (*change)(void), void (*restore)(void));

/*
 * The load options that launch gives to keel.efi: ASCII, copied. With @ before them they are at the
 * end of a whole EFI_LOAD_OPTION, which some firmware hands over in their place.
 */
void launch_options(const char *options);

/*
 * Waits for words from outside, up to 511 bytes, and returns them; what follows a semicolon in them
 * becomes load options instead, and what stands before a | is a folder of the disk, whose keel.efi
 * is started in place of \keel.efi. A machine that waits here can be brought back to it, and be
 * told something else each time: see tell() in tests/boot/lib/Guest.pm.
 */
const char *launch_wait(void);

/* The device path of that keel.efi: of the disk that this image comes from, and a file node. */
EFI_DEVICE_PATH *keel_path(void);
/* The same for another file; name_bytes counts its zero. The next call overwrites it. */
EFI_DEVICE_PATH *path_on_disk(const CHAR16 *name, UINTN name_bytes);

/* Powers the machine off: the test is over. */
EFI_STATUS finish(void);

/* keel.efi, while launch has it started. */
extern EFI_LOADED_IMAGE *launched;

/* As the firmware gave them. */
extern EFI_SYSTEM_TABLE *system_table;
extern EFI_BOOT_SERVICES *boot_services;

#endif
