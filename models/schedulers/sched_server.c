#include "models/schedulers/sched_server.h"

/* A period begins.  It is longer than what is given in it, so that there is time to wait. */
static void begin(struct fair_server *server, sim_time now)
{
    server->state = SERVER_WAITS;
    server->left = server->runtime < server->period ? server->runtime : server->period - 1;
    server->deadline = time_add(now, server->period);
}

void server_look(struct fair_server *server, bool fair, sim_time now)
{
    if (!fair)
        server->state = SERVER_OFF;
    else if (server->state == SERVER_OFF && server->runtime > 0)
        begin(server, now);
}

bool server_charge(struct fair_server *server, sim_time ran, sim_time now)
{
    bool served = server->state == SERVER_SERVES;

    if (server->state == SERVER_OFF)
        return false;
    server->left -= ran;
    if (server->left > 0)
        return false;
    /* Having served it waits for the end of the next period; else nobody starves, and a
     * period begins now. */
    begin(server, served ? server->deadline : now);
    return served;
}

bool server_ring(struct fair_server *server, bool waiting, sim_time now)
{
    sim_assert(server->state == SERVER_WAITS);
    if (waiting)
        server->state = SERVER_SERVES;
    else
        begin(server, now);
    return waiting;
}
