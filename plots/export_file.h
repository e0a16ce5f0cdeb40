/* export_file.h - the files of an export, each written from front to back.
 *
 * Beside the output itself there may be scratch files, whose content is appended to another
 * file later, and for formats that are a folder, files with names.  Writing goes through a
 * small buffer a file.  The first failure makes the whole export fail; what is written after
 * it goes nowhere.
 */
#ifndef PLOTS_EXPORT_FILE_H
#define PLOTS_EXPORT_FILE_H

#include "sim/base.h"
#include "sim/quanta.h"

struct export_out {
    struct quanta_writer *writer;
    bool failed;
};

enum { EXPORT_BUFFER = 8192 };

struct export_file {
    struct export_out *out;
    int number;    /* as the writer counts */
    uint64_t size; /* bytes written to it so far */
    size_t len;    /* of them still in the buffer */
    unsigned char buffer[EXPORT_BUFFER];
};

/* The output itself. */
struct export_file *export_file_main(struct export_out *out);

/* A file of the folder that the output is; `name` NULL: a scratch file. */
struct export_file *export_file_new(struct export_out *out, const char *name);

/* What is still in the buffer is written first. */
void export_file_free(struct export_file *f);

void file_bytes(struct export_file *f, const void *bytes, size_t n);
void file_text(struct export_file *f, const char *text);
void file_addf(struct export_file *f, const char *fmt, ...) PRINTF_LIKE(2, 3);
void file_quote(struct export_file *f, const char *text); /* as a string of JSON */
void file_zeros(struct export_file *f, uint64_t n);

/* Little-endian numbers. */
void file_u8(struct export_file *f, uint8_t x);
void file_u16(struct export_file *f, uint16_t x);
void file_u32(struct export_file *f, uint32_t x);
void file_u64(struct export_file *f, uint64_t x);

/* The content of a scratch file behind what is in `to`; the scratch file is freed. */
void file_append(struct export_file *to, struct export_file *scratch);

#endif
