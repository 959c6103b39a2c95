/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unpacks LZ4 frames (LZ4 Frame Format 1.6, LZ4 Block Format), as the lz4 program writes them with
 * --content-size. Checksums inside the frame are passed over: the caller has one over the contents.
 */
#ifndef EFI_LZ4_H
#define EFI_LZ4_H

#include <stdint.h>

/* Bytes that the frame unpacks to, as its header says; 0 if that is no frame that we know. */
uint64_t lz4_content_bytes(const uint8_t *frame, uint64_t frame_bytes);

/*
 * Unpacks the frame into `to`, of exactly lz4_content_bytes. Returns 0, or -1 when the frame is
 * damaged; then `to` holds rubbish. Nothing outside the two buffers is read or written.
 */
int lz4_unpack(const uint8_t *frame, uint64_t frame_bytes, uint8_t *to, uint64_t to_bytes);

#endif
