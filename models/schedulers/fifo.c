/* fifo.c - first in, first out: run to block or exit, in order of becoming ready. */
#include "models/schedulers/ready_list.h"

static const struct param fifo_params[] = {PARAM_END};

const struct sched_policy sched_fifo = {
    .name = "fifo",
    .alias = "fcfs",
    .help = "run to block or exit, in order of becoming ready",
    .source = "Source: POSIX.1-2017, System Interfaces 2.8.4, SCHED_FIFO at one priority; "
              "Silberschatz, Galvin, Gagne, Operating System Concepts, 5.3.1",
    .params = fifo_params,
    .state_size = sizeof(struct ready_list),
    .thread_size = sizeof(struct ready_thread),
    .init = ready_list_init,
    .enqueue = ready_list_enqueue,
    .pick = ready_list_pick,
    .dequeue = ready_list_dequeue,
    .first = ready_list_first,
    .last = ready_list_last,
};
