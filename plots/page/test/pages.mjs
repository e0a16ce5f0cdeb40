/* pages.mjs - pages and results as quanta makes them, for the tests. */

import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
export const quanta = process.env.QUANTA ?? path.join(root, 'build', 'quanta');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'quanta-page-'));
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));

export const lesson = name => path.join(root, 'configs', name);

let files = 0;

/* A config given as an object, as a file. */
export function write(config) {
  const file = path.join(folder, `${files++}.json`);
  fs.writeFileSync(file, JSON.stringify(config));
  return file;
}

/* The page of the files; its path. */
export function plot(...configs) {
  const file = path.join(folder, `${files++}.html`);
  execFileSync(quanta, ['plot', '-o', file, ...configs]);
  return file;
}

/* Result documents, one a variant.  A deadlock is a result, too. */
export function results(config) {
  const { stdout } = spawnSync(quanta, ['run', '--json', '--segments', config], { maxBuffer: 1 << 28 });
  const json = JSON.parse(stdout);
  return Array.isArray(json) ? json : [json];
}
