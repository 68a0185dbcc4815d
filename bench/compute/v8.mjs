// Runs a module's execute on Node's V8: for each line that comes in once, in a fresh instance, and answers
// "nanoseconds checksum" as the native programs do. Usage: node v8.mjs MODULE INPUT
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const module = new WebAssembly.Module(readFileSync(process.argv[2]));
const input = readFileSync(process.argv[3]);

for await (const _ of createInterface({ input: process.stdin })) {
  const { memory, alloc, execute } = new WebAssembly.Instance(module).exports;
  const address = alloc(input.length) >>> 0;
  new Uint8Array(memory.buffer, address, input.length).set(input);
  const before = process.cpuUsage();
  const packed = execute(address, input.length);
  const { user, system } = process.cpuUsage(before);
  const sum = new DataView(memory.buffer).getBigUint64(Number((packed >> 32n) & 0xffffffffn), true);
  console.log(`${(user + system) * 1000} ${sum.toString(16).padStart(16, '0')}`);
}
