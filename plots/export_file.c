#include "plots/export_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct export_file *new_file(struct export_out *out, int number)
{
    struct export_file *f = sim_malloc(sizeof(*f));

    f->out = out;
    f->number = number;
    f->size = 0;
    f->len = 0;
    return f;
}

struct export_file *export_file_main(struct export_out *out)
{
    return new_file(out, 0);
}

struct export_file *export_file_new(struct export_out *out, const char *name)
{
    int number = out->failed ? -1 : out->writer->open(out->writer, name);

    if (number < 0)
        out->failed = true;
    return new_file(out, number);
}

static void write_out(struct export_file *f, const void *bytes, size_t n)
{
    struct quanta_writer *w = f->out->writer;

    if (n > 0 && !f->out->failed && !w->write(w, f->number, bytes, n))
        f->out->failed = true;
}

static void flush(struct export_file *f)
{
    write_out(f, f->buffer, f->len);
    f->len = 0;
}

void export_file_free(struct export_file *f)
{
    if (!f)
        return;
    flush(f);
    free(f);
}

void file_bytes(struct export_file *f, const void *bytes, size_t n)
{
    f->size += n;
    if (n > EXPORT_BUFFER - f->len)
        flush(f);
    if (n > EXPORT_BUFFER) {
        write_out(f, bytes, n);
        return;
    }
    memcpy(f->buffer + f->len, bytes, n);
    f->len += n;
}

void file_text(struct export_file *f, const char *text)
{
    file_bytes(f, text, strlen(text));
}

void file_addf(struct export_file *f, const char *fmt, ...)
{
    char buf[512];
    va_list ap, again;
    int n;

    va_start(ap, fmt);
    va_copy(again, ap);
    n = vsnprintf(buf, sizeof(buf), fmt, ap);
    sim_assert(n >= 0);
    if ((size_t)n < sizeof(buf)) {
        file_bytes(f, buf, (size_t)n);
    } else {
        char *more = sim_malloc((size_t)n + 1);

        (void)vsnprintf(more, (size_t)n + 1, fmt, again);
        file_bytes(f, more, (size_t)n);
        free(more);
    }
    va_end(again);
    va_end(ap);
}

void file_quote(struct export_file *f, const char *text)
{
    struct text quoted = {NULL, 0, 0};

    text_quote(&quoted, text);
    file_bytes(f, quoted.data, quoted.len);
    text_release(&quoted);
}

void file_zeros(struct export_file *f, uint64_t n)
{
    static const unsigned char zeros[256];

    for (; n > sizeof(zeros); n -= sizeof(zeros))
        file_bytes(f, zeros, sizeof(zeros));
    file_bytes(f, zeros, (size_t)n);
}

static void little_endian(struct export_file *f, uint64_t x, size_t n)
{
    unsigned char bytes[8];

    for (size_t i = 0; i < n; i++)
        bytes[i] = (unsigned char)(x >> (8 * i) & 255);
    file_bytes(f, bytes, n);
}

void file_u8(struct export_file *f, uint8_t x)
{
    little_endian(f, x, 1);
}

void file_u16(struct export_file *f, uint16_t x)
{
    little_endian(f, x, 2);
}

void file_u32(struct export_file *f, uint32_t x)
{
    little_endian(f, x, 4);
}

void file_u64(struct export_file *f, uint64_t x)
{
    little_endian(f, x, 8);
}

void file_append(struct export_file *to, struct export_file *scratch)
{
    struct quanta_writer *w = to->out->writer;

    flush(to);
    flush(scratch);
    to->size += scratch->size;
    if (!to->out->failed && !w->append(w, to->number, scratch->number))
        to->out->failed = true;
    free(scratch);
}
