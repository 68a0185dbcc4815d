// Counts words: maximal runs of bytes other than space, \t, \n, \v, \f and \r. Needs chunks that end after a line.
//
// AssemblyScript with its `stub` runtime, which only allocates: the instance ends with the call, so nothing need be freed.

// ---- The guest interface -------------------------------------------------------------------------------------------

// The stub runtime grows the memory to what it needs, or traps where the limit forbids it; asking the memory first turns
// that into the 0 that the host expects. The 64 bytes are for the allocator's own header and alignment.
export function alloc(length: u32): usize {
  const end = <u64>heap.alloc(0) + length + 64;
  const missing = <i64>(end + 0xffff >> 16) - memory.size();
  if (length > 0x3fff0000) return 0; // More than the allocator's largest block.
  if (missing > 0 && memory.grow(<i32>missing) < 0) return 0;
  return heap.alloc(length);
}

export function execute(at: usize, length: u32): u64 {
  return decimalLine(count(at, length));
}

export function merge(at: usize, length: u32): u64 {
  const end = at + length;
  let words: u64 = 0;
  let item = at + 4;
  for (let left = load<u32>(at); left > 0; left--) {
    const size: usize = load<u32>(item);
    assert(item + 4 <= end && size <= end - item - 4, "a list that the host framed is torn");
    words += number(item + 4, size);
    item += 4 + size;
  }
  return decimalLine(words);
}

// ---- The job -------------------------------------------------------------------------------------------------------

function count(at: usize, length: u32): u64 {
  let words: u64 = 0;
  let blankBefore: u32 = 1;
  for (let i: u32 = 0; i < length; i++) {
    const byte = <u32>load<u8>(at + i);
    const blank: u32 = u32(byte == 32) | u32(byte - 9 < 5);
    words += blankBefore & ~blank;
    blankBefore = blank;
  }
  return words;
}

function number(at: usize, length: usize): u64 {
  let result: u64 = 0;
  for (let i: usize = 0; i < length; i++) {
    const digit = <u32>load<u8>(at + i) - 48;
    if (digit < 10) result = result * 10 + digit;
  }
  return result;
}

function decimalLine(number: u64): u64 {
  // Strings are UTF-16 here; the value is ASCII.
  const line = String.UTF8.encode(number.toString() + "\n");
  return (<u64>changetype<usize>(line) << 32) | <u64>line.byteLength;
}
