/* sched_server.h - the fair server: what keeps fair threads from starving beside real time.
 *
 *           a fair thread comes            nothing of the period is left but what
 *                                          is still to give, and fair threads wait
 *     OFF ----------------------> WAITS -------------------------------------------> SERVES
 *      ^                           |  ^                                                |
 *      +---------------------------+  +------------------------------------------------+
 *        the last fair thread goes       has given it all; the next period's turn
 *
 * While it serves, fair threads are as one deadline thread with the server's deadline.
 *
 * Source: Linux 6.12, kernel/sched/deadline.c, dl_server_start(), dl_server_update(),
 * dl_server_timer(): the deferred server of the fair class, 50 ms in each second.
 * Differs: what it has to give ends exactly, not at the next tick. */
#ifndef MODELS_SCHED_SERVER_H
#define MODELS_SCHED_SERVER_H

#include "models/schedulers/sched.h"

enum server_state { SERVER_OFF, SERVER_WAITS, SERVER_SERVES };

struct fair_server {
    sim_time runtime, period; /* runtime 0: it is always off */
    sim_time left, deadline;
    uint8_t state;
};

/* Fair threads are there, ready or running, or not. */
void server_look(struct fair_server *server, bool fair, sim_time now);

/* Fair threads have run, served or not.  True: it has just ceased to serve. */
bool server_charge(struct fair_server *server, sim_time ran, sim_time now);

/* When it is to begin serving, if fair threads wait then; SIM_NEVER. */
static inline sim_time server_due(const struct fair_server *server)
{
    return server->state == SERVER_WAITS ? server->deadline - server->left : SIM_NEVER;
}

/* That instant has come.  True: it serves from now on. */
bool server_ring(struct fair_server *server, bool waiting, sim_time now);

#endif
