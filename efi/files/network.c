/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TFTP gives whole files only. What is read whole goes straight to where it stays; a file that is
 * read in parts, or whose size the server does not tell, is fetched into memory first.
 */
#include "files/network.h"
#include "files/unsized.h"
#include "lib/path.h"
#include "lib/utf.h"
#include "lib/x86.h"

#define OPTION_PAD	 0
#define OPTION_SERVER_ID 54 /* RFC 2132, 9.7 */
#define OPTION_BOOT_FILE 67 /* 9.5 */
#define OPTION_END	 255
#define BLOCK_BYTES	 1408 /* of a packet; with its headers less than any Ethernet's limit */

static const EFI_GUID base_code_guid = EFI_PXE_BASE_CODE_PROTOCOL_GUID;

EFI_PXE_BASE_CODE_PROTOCOL *network_find(const struct firmware *fw, EFI_HANDLE device)
{
	EFI_PXE_BASE_CODE_PROTOCOL *pxe = protocol_of(fw, device, &base_code_guid);

	if (!pxe || !pxe->Mode->UsingIpv6)
		return pxe;
	note(fw, "no files are read over IPv6");
	return NULL;
}

/* The packet that named the boot file: each of these replaces another one. */
static const EFI_PXE_BASE_CODE_DHCPV4_PACKET *answer(const EFI_PXE_BASE_CODE_MODE *mode)
{
	if (mode->PxeReplyReceived)
		return &mode->PxeReply.Dhcpv4;
	return mode->ProxyOfferReceived ? &mode->ProxyOffer.Dhcpv4 : &mode->DhcpAck.Dhcpv4;
}

/*
 * A DHCP option's length; its value follows. NULL if the packet has none such. What begins in the
 * packet and goes on behind it can still be read: other packets come after this one.
 */
static const uint8_t *option(const EFI_PXE_BASE_CODE_DHCPV4_PACKET *packet, uint8_t number)
{
	const uint8_t *const end = (const uint8_t *)packet + sizeof(EFI_PXE_BASE_CODE_PACKET);

	for (const uint8_t *at = packet->DhcpOptions; at < end && *at != OPTION_END;
	     at += *at == OPTION_PAD ? 1 : 2 + at[1])
		if (*at == number)
			return at + 1;
	return NULL;
}

/* Its option stands above its field (RFC 2132, 9.3). Not ended with a NUL if all bytes are used. */
static const uint8_t *boot_file(const EFI_PXE_BASE_CODE_DHCPV4_PACKET *packet, unsigned *bytes)
{
	const uint8_t *name = option(packet, OPTION_BOOT_FILE);

	*bytes = name ? *name : sizeof(packet->BootpBootFile);
	return name ? name + 1 : packet->BootpBootFile;
}

void network_boot_file(const EFI_PXE_BASE_CODE_PROTOCOL *pxe, char *to)
{
	unsigned bytes;
	const uint8_t *name = boot_file(answer(pxe->Mode), &bytes);
	char *at = to;

	*at++ = '\\';
	for (; bytes && *name; bytes--, name++) {
		/* iPXE takes URLs: that may be another server, and another protocol. */
		if (bytes > 2 && !memcmp(name, "://", 3))
			at = to + 1, bytes = 1;
		else
			*at++ = *name == '/' ? '\\' : (char)*name;
	}
	*at = 0;
}

static EFI_STATUS transfer(const struct volume_file *f, EFI_PXE_BASE_CODE_TFTP_OPCODE operation,
			   void *to, uint64_t *bytes)
{
	EFI_PXE_BASE_CODE_PROTOCOL *pxe = f->volume->pxe;
	const EFI_PXE_BASE_CODE_DHCPV4_PACKET *packet = answer(pxe->Mode);
	const uint8_t *sender = option(packet, OPTION_SERVER_ID);
	UINTN block = BLOCK_BYTES;
	EFI_IP_ADDRESS server;

	/* 0.0.0.0 as the next server stands for the one that sent this. */
	server.v4 = *(const EFI_IPv4_ADDRESS *)packet->BootpSiAddr;
	if (!server.Addr[0] && sender)
		server.v4 = *(const EFI_IPv4_ADDRESS *)(sender + 1);
	return pxe->Mtftp(pxe, operation, to, FALSE, bytes, &block, &server, (UINT8 *)f->remote,
			  NULL, FALSE);
}

/*
 * A server's refusal. Its number is no help: older edk2 hands over the wrong half of it. iPXE makes
 * statuses of numbers, and EFI_UNSUPPORTED of most.
 */
static bool is_refusal(EFI_STATUS status)
{
	return status == EFI_TFTP_ERROR || status == EFI_NOT_FOUND || status == EFI_ACCESS_DENIED ||
	       status == EFI_UNSUPPORTED;
}

/*
 * The size is not told by iPXE before 2026 (EFI_UNSUPPORTED), nor by a server that answers without
 * any options (EFI_PROTOCOL_ERROR), or without this one (EFI_NOT_FOUND, which iPXE also says where
 * there is no file).
 */
static bool is_size_hidden(EFI_STATUS status)
{
	return status == EFI_UNSUPPORTED || status == EFI_PROTOCOL_ERROR || status == EFI_NOT_FOUND;
}

EFI_STATUS network_read(const struct volume_file *f, void *to, uint64_t *bytes)
{
	const uint64_t start = read_tsc();
	const EFI_STATUS status = transfer(f, EFI_PXE_BASE_CODE_TFTP_READ_FILE, to, bytes);

	f->volume->read_ticks += read_tsc() - start;
	if (!EFI_ERROR(status))
		f->volume->read_bytes += *bytes;
	return status;
}

/* A server may tell the size of a folder, and then not send it, or say no more at all. */
static EFI_STATUS fetch_whole(const struct volume_file *f, void *to)
{
	uint64_t got = f->file.bytes;
	const EFI_STATUS status = network_read(f, to, &got);

	if (EFI_ERROR(status))
		note(f->volume->fw,
		     "the server told the size of %s, and does not send it: a folder?",
		     f->file.name);
	return !EFI_ERROR(status) && got != f->file.bytes ? EFI_END_OF_FILE : status;
}

static uint64_t read_from_server(struct file *file, uint64_t offset, void *to, uint64_t bytes)
{
	struct volume_file *f = (struct volume_file *)file;
	EFI_STATUS status = EFI_SUCCESS;

	if (!bytes)
		return status;
	if (!f->content.pages) {
		if (bytes == file->bytes)
			return fetch_whole(f, to);
		status = block_allocate(f->volume->fw, &f->content, BYTES_TO_PAGES(file->bytes),
					file->name);
		if (!EFI_ERROR(status))
			status = fetch_whole(f, block_memory(&f->content));
	}
	if (!EFI_ERROR(status))
		memcpy(to, (const char *)block_memory(&f->content) + offset, bytes);
	return status;
}

/* Servers differ in whether paths begin with a separator: where the boot file's does, all do. */
static EFI_STATUS name_remote(struct volume_file *f, const CHAR16 *path)
{
	char *to = f->remote;
	unsigned bytes;
	uint32_t code;

	path += !path_is_separator((char)*boot_file(answer(f->volume->pxe->Mode), &bytes));
	/* It is well-formed, and ends with a NUL. */
	while (path += utf16_get(path, 4, &code) / sizeof(*path), code) {
		if (to > f->remote + sizeof(f->remote) - 5)
			return EFI_INVALID_PARAMETER;
		to += utf8_put(code == '\\' ? '/' : code, to);
	}
	*to = 0;
	return EFI_SUCCESS;
}

EFI_STATUS network_open(struct volume_file *f, const CHAR16 *path)
{
	EFI_STATUS status;

	if (!f->volume->pxe)
		return EFI_NOT_FOUND;
	f->file.read = read_from_server;
	status = name_remote(f, path);
	if (EFI_ERROR(status))
		return status;
	status = transfer(f, EFI_PXE_BASE_CODE_TFTP_GET_FILE_SIZE, NULL, &f->file.bytes);
	if (is_size_hidden(status))
		status = unsized_fetch(f);
	if (status == EFI_UNSUPPORTED)
		note(f->volume->fw, "the server refuses %s, or the firmware cannot read from it",
		     f->file.name);
	return is_refusal(status) ? EFI_NOT_FOUND : status;
}

void network_close(struct volume_file *f)
{
	block_free(f->volume->fw, &f->content);
}
