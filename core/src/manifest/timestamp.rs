//! Which texts Go reads as a timestamp: the four formats of go-yaml v2 `resolve.go`, as `time.Parse` takes them.

use jiff::civil::Date;

/// Returns whether `text` is a date, or a date and a time.
pub(crate) fn is_timestamp(text: &str) -> bool {
    parse(text).is_some()
}

fn parse(text: &str) -> Option<()> {
    let (year, rest) = text.split_at_checked(4)?;
    let year = year.bytes().all(|byte| byte.is_ascii_digit()).then(|| year.parse().ok())??;
    let (month, rest) = number(rest.strip_prefix('-')?)?;
    let (day, rest) = number(rest.strip_prefix('-')?)?;
    Date::new(year, month, day).ok()?;
    match rest.as_bytes().first() {
        None => Some(()),
        Some(b'T' | b't') => zone(time(&rest[1..])?),
        Some(b' ') => time(rest.trim_start_matches(' '))?.is_empty().then_some(()),
        Some(_) => None,
    }
}

/// Reads one or two digits.
fn number(text: &str) -> Option<(i8, &str)> {
    let length = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    Some((text[..length].parse().ok()?, &text[length..]))
}

/// Reads a time of the day, and returns what follows it.
fn time(text: &str) -> Option<&str> {
    let (hour, rest) = number(text)?;
    let (minute, rest) = number(rest.strip_prefix(':')?)?;
    let (second, rest) = number(rest.strip_prefix(':')?)?;
    let fits = hour < 24 && minute < 60 && second < 60;
    fits.then(|| without_fraction(rest))
}

fn without_fraction(text: &str) -> &str {
    let fraction = text.strip_prefix(['.', ',']).unwrap_or("");
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 { text } else { &fraction[digits..] }
}

fn zone(text: &str) -> Option<()> {
    if text == "Z" {
        return Some(());
    }
    let offset = text.strip_prefix(['+', '-'])?;
    let (hours, minutes) = offset.split_once(':')?;
    let ((hour, ""), (minute, "")) = (number(hours)?, number(minutes)?) else { return None };
    (offset.len() == 5 && hours.len() == 2 && hour <= 24 && minute <= 60).then_some(())
}
