/* unfinished.h - what is on the disk under another name until it is whole, and must not stay
 * there: where a signal or a failed assertion ends the process it is deleted. */
#ifndef SIM_CLI_UNFINISHED_H
#define SIM_CLI_UNFINISHED_H

/* From here on; what the process was told to ignore it goes on ignoring. */
void unfinished_watch(void);

/* A file, or a folder before the files in it.  `path` stays the caller's, and as it is, until it
 * is dropped: it is whole then, or deleted. */
void unfinished_add(const char *path);
void unfinished_drop(const char *path);

/* Deletes them all; may be called by a handler of signals. */
void unfinished_delete(void);

#endif
