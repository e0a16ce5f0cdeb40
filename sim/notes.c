#include "sim/notes.h"

#include <stdlib.h>
#include <string.h>

struct note *notes_add(struct notes *notes, sim_time at, int32_t core, const char *task)
{
    struct note *note;

    if (notes->n == notes->room) {
        notes->room = notes->room ? 2 * notes->room : 16;
        notes->list = sim_realloc(notes->list, notes->room * sizeof(*notes->list));
    }
    note = &notes->list[notes->n++];
    memset(note, 0, sizeof(*note));
    note->at = at;
    note->core = core;
    note->place = note->held_place = -1;
    note->since = -1;
    note->task = sim_strdup(task);
    return note;
}

void notes_release(struct notes *notes)
{
    for (size_t i = 0; i < notes->n; i++) {
        free(notes->list[i].task);
        free(notes->list[i].text);
        free(notes->list[i].waits_for);
        free(notes->list[i].held_by);
    }
    free(notes->list);
}
