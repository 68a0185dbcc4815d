//! Counts words: maximal runs of bytes other than space, \t, \n, \v, \f and \r. Needs chunks that end after a line.
//!
//! Plain `rustc`, no crate. The first half is the guest interface, the same for every module; the second half is the job.

// ---- The guest interface -------------------------------------------------------------------------------------------

/// The host asks for room for an input here. Nothing is freed: the instance ends with the call.
#[no_mangle]
pub extern "C" fn alloc(length: u32) -> *mut u8 {
    let mut room: Vec<u8> = Vec::new();
    // Asking first turns a refused memory.grow into the 0 that the host expects, instead of a trap.
    if room.try_reserve_exact((length as usize).max(1)).is_err() {
        return std::ptr::null_mut();
    }
    std::mem::ManuallyDrop::new(room).as_mut_ptr()
}

#[no_mangle]
pub unsafe extern "C" fn execute(at: *const u8, length: u32) -> u64 {
    pack(count(std::slice::from_raw_parts(at, length as usize)))
}

#[no_mangle]
pub unsafe extern "C" fn merge(at: *const u8, length: u32) -> u64 {
    pack(add(List::new(std::slice::from_raw_parts(at, length as usize))))
}

/// Where a result lies: pointer in the upper half, length in the lower one. The host reads it before the instance ends.
fn pack(result: Vec<u8>) -> u64 {
    let result = std::mem::ManuallyDrop::new(result);
    (result.as_ptr() as u64) << 32 | result.len() as u64
}

/// A list as the host frames it: u32le count, then u32le length and bytes for each item.
struct List<'a> {
    rest: &'a [u8],
    count: u32,
}

impl<'a> List<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let mut list = List { rest: bytes, count: 0 };
        list.count = list.number().unwrap_or(0);
        list
    }

    fn number(&mut self) -> Option<u32> {
        let number = self.take(4)?;
        Some(u32::from_le_bytes(number.try_into().ok()?))
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let taken = self.rest.get(..length)?;
        self.rest = self.rest.get(length..)?;
        Some(taken)
    }
}

impl<'a> Iterator for List<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        self.count = self.count.checked_sub(1)?;
        let length = self.number()? as usize;
        self.take(length)
    }
}

// ---- The job -------------------------------------------------------------------------------------------------------

fn is_blank(byte: u8) -> bool {
    // u8::is_ascii_whitespace leaves out \v.
    byte == b' ' || (b'\t'..=b'\r').contains(&byte)
}

fn count(text: &[u8]) -> Vec<u8> {
    let mut words: u64 = 0;
    let mut blank_before = true;
    for &byte in text {
        let blank = is_blank(byte);
        words += (blank_before & !blank) as u64;
        blank_before = blank;
    }
    decimal_line(words)
}

fn add(values: List) -> Vec<u8> {
    decimal_line(values.map(number).sum())
}

fn number(value: &[u8]) -> u64 {
    value.iter().filter(|byte| byte.is_ascii_digit()).fold(0, |number, digit| number * 10 + (digit - b'0') as u64)
}

/// `format!` would do, at the price of 20 KB of formatting machinery.
fn decimal_line(mut number: u64) -> Vec<u8> {
    let mut line = vec![b'\n'];
    loop {
        line.push(b'0' + (number % 10) as u8);
        number /= 10;
        if number == 0 {
            break;
        }
    }
    line.reverse();
    // The line feed was pushed first, so that reversing leaves it last.
    line
}
