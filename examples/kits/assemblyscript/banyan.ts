// The guest kit: what AssemblyScript functions need to be a Banyan module, in one file.
//
// A module exports what the host calls, each in three lines that hand bytes in and out:
//
//     import { input, list, value } from "./banyan";
//     export { alloc } from "./banyan";
//
//     export function execute(at: usize, length: u32): u64 {
//       return value(count(input(at, length)));
//     }
//
//     export function merge(at: usize, length: u32): u64 {
//       return value(sum(list(at, length)));
//     }
//
// Likewise `split(at, length): u64`, which returns parts(…), and `configure(at, length): void`, whose list(at, length) has
// the params first and then the shared blobs. What `configure` leaves in globals is there in the others.
//
// Every call happens in a fresh instance, with the `stub` runtime, which only allocates: nothing survives the call, so
// nothing need be freed.

// ---- Bytes from the host and to it ----------------------------------------------------------------------------------

/** Above it the stub runtime's blocks end. */
const LENGTH_MAX: u32 = 0x3fff0000;

/** The host asks for room for an input here: it writes into an ArrayBuffer. */
export function alloc(length: u32): usize {
  // The runtime grows the memory to what it needs, or traps where the limit forbids it; asking the memory first turns
  // that into the 0 that the host expects. The 64 bytes are for the allocator's header and alignment.
  if (length > LENGTH_MAX) return 0;
  const end = <u64>heap.alloc(0) + length + 64;
  const missing = <i64>((end + 0xffff) >> 16) - memory.size();
  if (missing > 0 && memory.grow(<i32>missing) < 0) return 0;
  return changetype<usize>(new ArrayBuffer(length));
}

/** What the host wrote, not copied. */
export function input(at: usize, length: u32): Uint8Array {
  return Uint8Array.wrap(changetype<ArrayBuffer>(at), 0, length);
}

/** The items of a list that the host wrote, not copied: u32le count, then u32le length and bytes of each. */
export function list(at: usize, length: u32): Uint8Array[] {
  const items: Uint8Array[] = [];
  let offset: u32 = 4;
  for (let left = load<u32>(at); left > 0; left--) {
    assert(offset + 4 <= length, "a list that the host framed is torn");
    const size = load<u32>(at + offset);
    assert(size <= length - offset - 4, "a list that the host framed is torn");
    items.push(Uint8Array.wrap(changetype<ArrayBuffer>(at), offset + 4, size));
    offset += 4 + size;
  }
  return items;
}

/** Where a result lies: pointer in the upper half, length in the lower one. */
export function value(result: Uint8Array): u64 {
  return (<u64>result.dataStart << 32) | <u64>result.byteLength;
}

/** The same for what `split` returns, 1 to 4096 parts. */
export function parts(items: Uint8Array[]): u64 {
  let length = 4;
  for (let i = 0; i < items.length; i++) length += 4 + items[i].byteLength;
  const framed = new Uint8Array(length);
  let at = framed.dataStart;
  store<u32>(at, items.length);
  at += 4;
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    store<u32>(at, item.byteLength);
    memory.copy(at + 4, item.dataStart, item.byteLength);
    at += 4 + item.byteLength;
  }
  return value(framed);
}

/** Bytes as text, and text as bytes: strings are UTF-16 here, and UTF-8 everywhere else. */
export function text(bytes: Uint8Array): string {
  return String.UTF8.decodeUnsafe(bytes.dataStart, bytes.byteLength);
}

export function utf8(text: string): Uint8Array {
  return Uint8Array.wrap(String.UTF8.encode(text));
}

/** Which leaf of an index:C job a chunk stands for: 0 to C − 1. */
export function leafIndex(chunk: Uint8Array): u64 {
  if (chunk.byteLength != 16) fail("this module works on leaf numbers; run it with --split index:C and no input");
  return load<u64>(chunk.dataStart);
}

/** How many leaves an index:C job has: C. */
export function leafCount(chunk: Uint8Array): u64 {
  if (chunk.byteLength != 16) fail("this module works on leaf numbers; run it with --split index:C and no input");
  return load<u64>(chunk.dataStart + 8);
}

// ---- Talking to the host. An import appears in the module only if its function is used. -----------------------------

@external("banyan", "fail") declare function hostFail(at: usize, length: u32): void;
@external("banyan", "log") declare function hostLog(level: u32, at: usize, length: u32): void;

/** How far this call has come, 0 to 1000. */
@external("banyan", "progress") export declare function progress(permille: u32): void;

/** Ends the call; the user sees the sentence. It must depend on the call's input only, as any result must. */
export function fail(sentence: string): void {
  const bytes = utf8(sentence);
  hostFail(bytes.dataStart, bytes.byteLength);
  unreachable();
}

/** A line in the log of whoever runs this call. Levels: 0 error, 1 warning, 2 information, 3 detail. */
export function log(level: u32, sentence: string): void {
  const bytes = utf8(sentence);
  hostLog(level, bytes.dataStart, bytes.byteLength);
}
