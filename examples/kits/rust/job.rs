//! A job to begin with: the length of the input in bytes.

mod banyan;

banyan::execute!(count);
banyan::merge!(sum);

fn count(chunk: &[u8]) -> Vec<u8> {
    line(chunk.len() as u64)
}

fn sum(values: banyan::List) -> Vec<u8> {
    line(values.map(number).sum())
}

fn number(value: &[u8]) -> u64 {
    let text = std::str::from_utf8(value).ok();
    text.and_then(|text| text.trim().parse().ok()).unwrap_or_else(|| banyan::fail("a value to be merged is not a number"))
}

fn line(number: u64) -> Vec<u8> {
    format!("{number}\n").into_bytes()
}
