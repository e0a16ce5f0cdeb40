/* build.mjs - bundles the page into ../page_bundle.inc, which is committed, so that who builds
 * quanta needs no Node.  `--check`: fails where the committed one is another. */

import { build } from 'esbuild';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const target = path.join(here, '..', 'page_bundle.inc');
const PIECE = 900; /* characters of a C string: C11 promises 4095 */

async function bundle(entry) {
  const { outputFiles } = await build({
    entryPoints: [path.join(here, entry)], bundle: true, minify: true, write: false, charset: 'ascii',
    format: 'iife', target: ['chrome100', 'firefox100', 'safari15.4'], legalComments: 'none', logLevel: 'warning',
  });
  const { text } = outputFiles[0];
  if (/<\/(script|style)/i.test(text) || text.includes('<!--')) throw new Error(`${entry}: would end its element`);
  return text.trimEnd();
}

/* Digits behind an octal escape would belong to it, and ?? begins a trigraph. */
function literal(text) {
  return `"${text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n').replace(/\?(?=\?)/g, '?""').replace(/[^\x20-\x7e]/g, c => {
    throw new Error(`not ASCII: ${JSON.stringify(c)}`);
  })}"`;
}

function array(name, text) {
  const pieces = text.match(new RegExp(`[^]{1,${PIECE}}`, 'g')) ?? [];
  return `const char *const ${name}[] = {\n${pieces.map(piece => `    ${literal(piece)},\n`).join('')}    NULL};\n`;
}

const made = `/* Made by make page from plots/page/: do not change it here. */\n${
  array('page_style', await bundle('style.css'))}${array('page_script', await bundle('main.js'))}`;

if (process.argv.includes('--check')) {
  if (fs.readFileSync(target, 'utf8') !== made) {
    console.error('plots/page_bundle.inc is not what plots/page/ gives: run make page, and commit it');
    process.exit(1);
  }
} else {
  fs.writeFileSync(target, made);
  console.log(`plots/page_bundle.inc: ${made.length} bytes`);
}
