/* tasks.js - which task a record is about: slots are used again, so it depends on when. */

/* Gives the run `taskAt(record)`: the number of the task, -1: none. */
export function indexTasks(run) {
  const { tape, tasks } = run, bySlot = new Map();
  tasks.rec.forEach((rec, task) => {
    const slot = tape.task[rec];
    let list = bySlot.get(slot);
    if (!list) bySlot.set(slot, list = []);
    list.push(task);
  });
  run.taskOfSlot = (slot, rec) => {
    const list = bySlot.get(slot);
    if (!list) return -1;
    let lo = 0, hi = list.length;
    while (lo < hi) {
      const mid = (lo + hi) >>> 1;
      if (tasks.rec[list[mid]] <= rec) lo = mid + 1; else hi = mid;
    }
    return lo > 0 ? list[lo - 1] : -1;
  };
  run.taskAt = rec => tape.task[rec] >= 0 ? run.taskOfSlot(tape.task[rec], rec) : -1;
}
