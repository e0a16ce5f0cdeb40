/* imports.h - what tests of quanta_import() share. */
#ifndef TESTS_IMPORTS_H
#define TESTS_IMPORTS_H

/* The recording made of a file, or of a text; where that is wrong, NULL and *said: why, else the
 * notes.  Both are the caller's. */
char *import_file(const char *path, const char *format, char **said);
char *import_string(const char *text, const char *format, char **said);

#endif
