/* layout.js - which row of a run's plot is where. */

export const TOP = 6;

const coreHeight = n => n === 1 ? 38 : n <= 4 ? 26 : n <= 8 ? 20 : n <= 16 ? 15 : n <= 32 ? 10 : 7;
const taskHeight = n => n <= 8 ? 23 : n <= 40 ? 19 : 16;

/* Rows from the top: { lanes, lane, y, h, bar, label }.  `y` and `h` are the row's, `bar` how
 * high a bar in it is.  Cores first, then what loops run, then tasks. */
export function layout(run) {
  const rows = [];
  let y = TOP;
  const add = (lanes, lane, h, gap, label) => {
    rows.push({ lanes, lane, y, h, label });
    y += h + gap;
  };
  const n = run.cores.n, h = coreHeight(n);
  for (let c = 0; c < n; c++) add('cores', c, h, h > 20 ? 4 : h > 9 ? 2 : 1, run.facts.cores[c]);
  if (run.calls.n > 0) {
    y += 8;
    for (let l = 0; l < run.calls.n; l++)
      add('calls', l, 18, 3, run.calls.n === 1 ? 'loop' : `loop ${run.facts.loops[l]?.name ?? l + 1}`);
  }
  y += 10;
  const from = y, row = taskHeight(run.ntasks);
  /* Tasks may be very many: their rows are computed, not kept. */
  const height = y + run.ntasks * row + 4;
  return {
    rows, height, tasksFrom: from, taskHeight: row,
    rowOfTask: task => ({ lanes: 'lanes', lane: task, y: from + task * row, h: row, label: run.name(task) }),
    at(y, top, pinned) {
      const py = pinned && y < from ? y : y + top;
      if (py >= from && !(pinned && y < from)) {
        const task = Math.floor((py - from) / row);
        return task < run.ntasks ? this.rowOfTask(task) : null;
      }
      return rows.find(r => py >= r.y && py < r.y + r.h + 1) ?? null;
    },
    rowOf(lanes, lane) {
      return lanes === 'lanes' ? this.rowOfTask(lane) : rows.find(r => r.lanes === lanes && r.lane === lane);
    },
    /* Cores and loops stay in place while tasks scroll, where they leave them room. */
    pinned: height => from < 0.45 * height,
    yOf: (r, top, pinned) => pinned && r.lanes !== 'lanes' ? r.y : r.y - top,
    *visible(top, bottom, pinned) {
      for (const r of rows) if (pinned || (r.y + r.h >= top && r.y <= bottom)) yield r;
      const a = Math.max(0, pinned ? Math.ceil(top / row) : Math.floor((top - from) / row)), b = Math.min(run.ntasks, Math.ceil((bottom - from) / row));
      for (let task = a; task < b; task++) yield this.rowOfTask(task);
    },
  };
}
