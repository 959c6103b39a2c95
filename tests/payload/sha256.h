/* SPDX-License-Identifier: BSD-2-Clause */
/* SHA-256 (FIPS 180-4), of short texts: to repeat what a TPM has done. */
#ifndef PAYLOAD_SHA256_H
#define PAYLOAD_SHA256_H

#include <stdint.h>

#define SHA256_BYTES 32

/* Of two digests, one after the other: what extending a register comes to. */
void sha256_of_pair(const uint8_t *first, const uint8_t *second, uint8_t *digest);

#endif
