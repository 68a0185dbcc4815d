//! The guest kit: what Rust functions need to be a Banyan module, in one file and without a crate.
//!
//! A whole module can be as short as this:
//!
//! ```
//! mod banyan;
//!
//! banyan::execute!(count);
//! banyan::merge!(sum);
//!
//! fn count(chunk: &[u8]) -> Vec<u8> { … }
//! fn sum(values: banyan::List) -> Vec<u8> { … }
//! ```
//!
//! Every call happens in a fresh instance. Nothing survives from one call to the next, so nothing need be freed: that is
//! why what comes from the host is `'static`. A panic ends the call without a word; `fail` ends it with one.

#![allow(dead_code, unused_imports, unused_macros)] // A module uses some of this, hardly all.

// ---- The exports: each macro is given a function --------------------------------------------------------------------

/// `fn(chunk: &[u8]) -> Vec<u8>`: the value of one chunk.
macro_rules! execute {
    ($function:path) => {
        const _: () = {
            #[export_name = "execute"]
            unsafe extern "C" fn banyan_execute(at: *const u8, length: u32) -> u64 {
                crate::banyan::leave($function(crate::banyan::enter(at, length)))
            }
        };
    };
}

/// `fn(values: banyan::List) -> Vec<u8>`: one value from those of the children, in order; it must take its own results
/// too.
macro_rules! merge {
    ($function:path) => {
        const _: () = {
            #[export_name = "merge"]
            unsafe extern "C" fn banyan_merge(at: *const u8, length: u32) -> u64 {
                crate::banyan::leave($function(crate::banyan::List::of(crate::banyan::enter(at, length))))
            }
        };
    };
}

/// `fn(input: &[u8]) -> Vec<P>`, where a P is a `Vec<u8>` or a `&[u8]`: the input cut into 1 to 4096 parts.
macro_rules! split {
    ($function:path) => {
        const _: () = {
            #[export_name = "split"]
            unsafe extern "C" fn banyan_split(at: *const u8, length: u32) -> u64 {
                crate::banyan::leave(crate::banyan::frame(&$function(crate::banyan::enter(at, length))))
            }
        };
    };
}

/// Without a function: makes the job's `params()` and `shared()` known to those of the others.
macro_rules! configure {
    () => {
        const _: () = {
            #[export_name = "configure"]
            unsafe extern "C" fn banyan_configure(at: *const u8, length: u32) {
                crate::banyan::keep(crate::banyan::enter(at, length))
            }
        };
    };
}

pub(crate) use {configure, execute, merge, split};

/// What `configure` was handed: the list of params and shared blobs.
static mut CONFIGURATION: &[u8] = &[0; 4];

pub fn keep(configuration: &'static [u8]) {
    // SAFETY: an instance has one thread.
    unsafe { CONFIGURATION = configuration }
}

/// The job's params; empty if there are none.
pub fn params() -> &'static [u8] {
    // SAFETY: as above.
    List::of(unsafe { CONFIGURATION }).next().unwrap_or(&[])
}

/// The job's shared blobs.
pub fn shared() -> List<'static> {
    // SAFETY: as above.
    let mut list = List::of(unsafe { CONFIGURATION });
    list.next();
    list
}

// ---- Lists: u32le count, then for each item u32le length and its bytes ----------------------------------------------

/// What is still unread of a list: of the values in `merge`, of the shared blobs.
#[derive(Clone)]
pub struct List<'a> {
    rest: &'a [u8],
    count: u32,
}

impl<'a> List<'a> {
    pub fn of(bytes: &'a [u8]) -> Self {
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

pub fn frame<P: AsRef<[u8]>>(parts: &[P]) -> Vec<u8> {
    let mut list = (parts.len() as u32).to_le_bytes().to_vec();
    for part in parts {
        list.extend_from_slice(&(part.as_ref().len() as u32).to_le_bytes());
        list.extend_from_slice(part.as_ref());
    }
    list
}

/// Which leaf of an index:C job a chunk stands for, 0 to C − 1, and C.
pub fn leaf(chunk: &[u8]) -> (u64, u64) {
    match (chunk.get(..8), chunk.get(8..16)) {
        (Some(index), Some(count)) if chunk.len() == 16 => {
            (u64::from_le_bytes(index.try_into().unwrap()), u64::from_le_bytes(count.try_into().unwrap()))
        }
        _ => fail("this module works on leaf numbers; run it with --split index:C and no input"),
    }
}

// ---- Talking to the host. An import appears in the module only if its function is used. -----------------------------

mod host {
    #[link(wasm_import_module = "banyan")]
    extern "C" {
        pub fn fail(at: *const u8, length: usize);
        pub fn log(level: u32, at: *const u8, length: usize);
        pub fn progress(permille: u32);
    }
}

/// Ends the call; the user sees the sentence. It must depend on the call's input only, as any result must.
pub fn fail(sentence: &str) -> ! {
    // SAFETY: the host reads the sentence, and does not come back.
    unsafe { host::fail(sentence.as_ptr(), sentence.len()) };
    core::arch::wasm32::unreachable()
}

/// A line in the log of whoever runs this call. Levels: 0 error, 1 warning, 2 information, 3 detail.
pub fn log(level: u32, sentence: &str) {
    // SAFETY: the host reads the sentence, and no more.
    unsafe { host::log(level, sentence.as_ptr(), sentence.len()) }
}

/// How far this call has come, 0 to 1000.
pub fn progress(permille: u32) {
    // SAFETY: nothing is handed over but a number.
    unsafe { host::progress(permille) }
}

// ---- Memory ---------------------------------------------------------------------------------------------------------

/// The host asks for room for an input here.
#[no_mangle]
extern "C" fn alloc(length: u32) -> *mut u8 {
    let mut room: Vec<u8> = Vec::new();
    // Asking first turns a refused memory.grow into the 0 that the host expects, instead of a trap.
    if room.try_reserve_exact((length as usize).max(1)).is_err() {
        return std::ptr::null_mut();
    }
    std::mem::ManuallyDrop::new(room).as_mut_ptr()
}

/// What the host wrote.
///
/// # Safety
/// `at` came from `alloc`, and the host has written `length` bytes there.
pub unsafe fn enter(at: *const u8, length: u32) -> &'static [u8] {
    std::slice::from_raw_parts(at, length as usize)
}

/// Where a result lies: pointer in the upper half, length in the lower one. The host reads it before the instance ends.
pub fn leave(result: Vec<u8>) -> u64 {
    let result = std::mem::ManuallyDrop::new(result);
    (result.as_ptr() as u64) << 32 | result.len() as u64
}
