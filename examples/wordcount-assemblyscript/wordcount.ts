// Counts words: maximal runs of bytes other than space, \t, \n, \v, \f and \r. Needs chunks that end after a line.
import { input, list, text, utf8, value } from "../kits/assemblyscript/banyan";
export { alloc } from "../kits/assemblyscript/banyan";

export function execute(at: usize, length: u32): u64 {
  return value(decimalLine(count(input(at, length))));
}

export function merge(at: usize, length: u32): u64 {
  return value(decimalLine(sum(list(at, length))));
}

function count(bytes: Uint8Array): u64 {
  let words: u64 = 0;
  let blankBefore: u32 = 1;
  for (let i = 0; i < bytes.length; i++) {
    // The loop keeps within the array; `unchecked` spares looking twice.
    const byte = <u32>unchecked(bytes[i]);
    const blank: u32 = u32(byte == 32) | u32(byte - 9 < 5);
    words += blankBefore & ~blank;
    blankBefore = blank;
  }
  return words;
}

function sum(values: Uint8Array[]): u64 {
  let words: u64 = 0;
  for (let i = 0; i < values.length; i++) words += U64.parseInt(text(values[i]));
  return words;
}

function decimalLine(number: u64): Uint8Array {
  return utf8(number.toString() + "\n");
}
