/* syncs.h - sync objects at work: who waits, who owns what, and what priority that lends.
 *
 *   task_ask() -> model --SYNC_WAITS, SYNC_TRIES--> STEP_WAIT -> the core blocks the thread
 *                      \                                         -> sync_queue()
 *                       \-SYNC_SPINS--------------> STEP_SPIN -> the core burns time
 *                                                                -> sync_spin()
 *
 * A task's effective priority is the highest of its own and of what the objects that it owns
 * lend it.  It is worked out anew whenever one of these changes, along the chain of
 * owners who wait themselves.
 */
#ifndef SIM_SYNCS_H
#define SIM_SYNCS_H

#include "models/sync/sync.h"
#include "sim/thread.h"

void syncs_init(struct sim *sim);
void syncs_release(struct sim *sim);

/* The thread is off its core, BLOCKED: it stands in the queue of what it waits for. */
void sync_queue(struct sim *sim, struct thread *th);

/* Likewise, and it waits for those children, as the op at `place` says. */
void sync_join(struct sim *sim, struct thread *th, struct brood *children, uint32_t place);

/* The running thread begins to spin; a spinner leaves its core, and will ask again when it is
 * back. */
void sync_spin(struct sim *sim, struct thread *th);
void sync_spin_off(struct thread *th);

/* The priority that `t` has: its own, or the highest that is lent to it. */
int32_t sync_priority(const struct sim *sim, const struct task *t);

/* `t` has ended: what it owns stays owned. */
void sync_task_gone(struct task *t);

/* ---- deadlock.c ---------------------------------------------------------------------- */

/* `t` has begun to wait: does it wait, through others, for itself?  Tells each member of
 * the cycle once. */
void deadlock_look(struct sim *sim, struct task *t);

/* Nothing will happen any more: tells every task that waits and is not in a cycle told before. */
void deadlock_tell_rest(struct sim *sim);

/* A spinner's slice has ended, or a policy's alarm has rung: time goes round.  True: nothing else
 * goes on or ever will, and all who wait have been told. */
bool deadlock_round(struct sim *sim);

#endif
