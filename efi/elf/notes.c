/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's requests: notes of owner "Keel" in its PT_NOTE segments (System V ABI, "Note
 * Section"; <keel/request.h>). Notes of other owners are passed over.
 */
#include "elf/parts.h"

#define MOST_NOTES 256 /* in one file: each costs a read */

/* The begin of a note: its header, and as much of name and value as a request has. */
struct note {
	uint32_t name_bytes;
	uint32_t value_bytes;
	uint32_t type;
	char name[sizeof(KEEL_REQUEST_OWNER)];
	uint8_t value[15]; /* after padding: at offset 20, or 24 where notes are aligned to 8 */
};

#define NOTE_HEADER_BYTES 12

static uint64_t align_up(uint64_t value, uint64_t alignment)
{
	return (value + alignment - 1) & ~(alignment - 1);
}

static bool is_request(const struct note *note)
{
	return note->name_bytes == sizeof(KEEL_REQUEST_OWNER) &&
	       !__builtin_memcmp(note->name, KEEL_REQUEST_OWNER, sizeof(KEEL_REQUEST_OWNER));
}

static enum elf_result take_request(struct elf_image *image, const struct note *note,
				    uint32_t value, struct elf_error *error)
{
	const bool optional = note->type & KEEL_REQUEST_OPTIONAL;
	const uint32_t type = note->type & ~KEEL_REQUEST_OPTIONAL;
	const struct request_words *words = request_words(type);

	if (!words && optional)
		return ELF_GOOD;
	if (!words)
		return elf_refuse(error,
				  "request %u is not known to this Keel: take a newer keel.efi, or "
				  "mark the request as optional",
				  (uint64_t)type);
	if (elf_expect(error, "n_descsz of a request", note->value_bytes, sizeof(value)))
		return ELF_REFUSED;
	if (!request_may_be(type, value))
		return elf_refuse(error, "request '%s' has the value %u, it has to be 0 or 1",
				  words->key, (uint64_t)value);
	if (!requests_add(&image->requests, type, value, optional))
		return elf_refuse(error, "request '%s' contradicts one before it", words->key);
	return ELF_GOOD;
}

/* Reads one note and finds where the next one begins. */
static enum elf_result read_note(struct file *file, struct elf_image *image, uint64_t offset,
				 uint64_t left, uint64_t alignment, uint64_t *bytes,
				 struct elf_error *error)
{
	struct note note = { 0 };
	const uint64_t read_bytes = left < sizeof(note) ? left : sizeof(note);
	enum elf_result result;
	uint64_t value_at;
	uint32_t value = 0;

	if (left < NOTE_HEADER_BYTES)
		return elf_refuse(error, "%u bytes are left for a note, its header has %u", left,
				  (uint64_t)NOTE_HEADER_BYTES);
	result = elf_read(file, offset, &note, read_bytes, error);
	if (result)
		return result;
	value_at = align_up(NOTE_HEADER_BYTES + (uint64_t)note.name_bytes, alignment);
	if (value_at > left || note.value_bytes > left - value_at)
		return elf_refuse(error,
				  "a note with n_namesz %x and n_descsz %x leaves its segment",
				  (uint64_t)note.name_bytes, (uint64_t)note.value_bytes);
	*bytes = align_up(value_at + note.value_bytes, alignment);
	if (!is_request(&note))
		return ELF_GOOD;
	if (note.value_bytes >= sizeof(value))
		__builtin_memcpy(&value, (const char *)&note + value_at, sizeof(value));
	return take_request(image, &note, value, error);
}

enum elf_result elf_take_notes(struct file *file, const struct elf_program_header *p,
			       struct elf_image *image, struct elf_error *error)
{
	/* Linkers say 4 and mean it whatever the class of the file; 8 is for GNU properties. */
	const uint64_t alignment = p->align == 8 ? 8 : 4;
	uint64_t done = 0;

	if (elf_expect_inside(error, file, "p_offset", p->offset, p->filesz))
		return ELF_REFUSED;
	while (done < p->filesz) {
		uint64_t bytes = 0;
		enum elf_result result;

		if (image->note_count++ == MOST_NOTES)
			return elf_refuse(error, "one note more than %u, which is the most",
					  (uint64_t)MOST_NOTES);
		result = read_note(file, image, p->offset + done, p->filesz - done, alignment,
				   &bytes, error);
		if (result)
			return result;
		done += bytes;
	}
	return ELF_GOOD;
}
