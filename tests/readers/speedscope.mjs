// A speedscope file by speedscope's own schema, and who was on which core when:
// {"errors": [...], "cores": [[[from, to, [frame, ...]], ...], ...]}.
import fs from 'node:fs';
import path from 'node:path';
import {createRequire} from 'node:module';

const require = createRequire(import.meta.url);
const Ajv = require('ajv');
const folder = path.dirname(require.resolve('speedscope/package.json'));
const schema = JSON.parse(fs.readFileSync(path.join(folder, 'dist/release/file-format-schema.json')));
const file = JSON.parse(fs.readFileSync(process.argv[2]));
const ajv = new (Ajv.default ?? Ajv)({strict: false, allErrors: true, validateFormats: false});
const errors = ajv.validate(schema, file) ? [] : ajv.errors.slice(0, 3);

function intervals(profile) {
  const list = [], open = [];
  let since = 0, last = profile.startValue;
  const flush = at => {
    if (open.length && at > since) list.push([since, at, open.map(f => file.shared.frames[f].name)]);
    since = at;
  };
  for (const e of profile.events) {
    if (e.at < last) errors.push(`${profile.name}: ${e.at} comes behind ${last}`);
    last = e.at;
    flush(e.at);
    if (e.type === 'O') open.push(e.frame);
    else if (open.pop() !== e.frame) errors.push(`${profile.name}: frames do not nest at ${e.at}`);
  }
  if (open.length) errors.push(`${profile.name}: frames are open at the end`);
  return list;
}

process.stdout.write(JSON.stringify({cores: file.profiles.map(intervals), errors}));
