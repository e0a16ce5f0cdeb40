/* load.js - what the page brings with it, as runs. */

import { bytesOf, decode } from './codec.js';
import { buildRun } from './lanes.js';
import { numbers } from './names.js';
import { indexTasks } from './tasks.js';

/* The names that the records' numbers stand for, and back. */
export function wordsOf(facts) {
  return {
    kind: numbers(facts.kinds), ready: numbers(facts.readys), stop: numbers(facts.stops),
    block: numbers(facts.blocks), stage: numbers(facts.stages), call: numbers(facts.calls),
    queue: numbers(facts.queues),
    kinds: facts.kinds, readys: facts.readys, stops: facts.stops, blocks: facts.blocks,
    accesses: facts.accesses, stages: facts.stages, calls: facts.calls, queues: facts.queues,
    gcs: facts.gcs,
  };
}

/* The lines of a story as [records, level, text]; page_story.h tells how it is written. */
export function linesOf(story) {
  const patterns = [];
  let at = 0;
  return story.map(([records, level, of, ...numbers]) => {
    if (typeof of === 'string') patterns.push(of);
    let n = 0;
    return [at += records, level, (typeof of === 'string' ? of : patterns[of]).replace(/\d+/g, () => String(numbers[n++]))];
  });
}

/* `facts`: the page's; `tapes`: the base64 of each run. */
export function load(facts, tapes) {
  const words = wordsOf(facts);
  return facts.runs.map((of, i) => {
    const run = buildRun(of, words, decode(bytesOf(tapes[i]), of.records, words.kinds.length));
    of.story = linesOf(of.story);
    indexTasks(run);
    return run;
  });
}

/* From the text of a page: for tests and tools without a browser. */
export function loadPage(html) {
  const facts = /<script type="application\/json" id="facts">([\s\S]*?)<\/script>/.exec(html)[1];
  const tapes = [...html.matchAll(/<script type="text\/plain" class="tape">(.*?)<\/script>/g)];
  return load(JSON.parse(facts), tapes.map(match => match[1]));
}
