//! Counts words: maximal runs of bytes other than space, \t, \n, \v, \f and \r. Needs chunks that end after a line.

#[path = "../kits/rust/banyan.rs"]
mod banyan;

banyan::execute!(count);
banyan::merge!(sum);

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

fn is_blank(byte: u8) -> bool {
    // u8::is_ascii_whitespace leaves out \v.
    byte == b' ' || (b'\t'..=b'\r').contains(&byte)
}

fn sum(values: banyan::List) -> Vec<u8> {
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
