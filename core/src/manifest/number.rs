//! Numbers as Go reads and writes them.

use serde_json::{Number, Value};

/// Reads an integer as Go's `strconv.ParseInt(text, 0, 64)` without underscores.
pub(crate) fn parse_int(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let magnitude = parse_uint(digits)?;
    if negative { 0i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() }
}

/// Reads an integer as Go's `strconv.ParseUint(text, 0, 64)` without underscores.
pub(crate) fn parse_uint(text: &str) -> Option<u64> {
    let (radix, digits) = radix(text);
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    u64::from_str_radix(digits, radix).ok()
}

fn radix(text: &str) -> (u32, &str) {
    let bytes = text.as_bytes();
    if bytes.len() < 2 || bytes[0] != b'0' {
        return (10, text);
    }
    match bytes[1] {
        b'x' | b'X' => (16, &text[2..]),
        b'o' | b'O' => (8, &text[2..]),
        b'b' | b'B' => (2, &text[2..]),
        _ => (8, &text[1..]),
    }
}

/// Reads a float as Go's `strconv.ParseFloat`, which refuses what does not fit.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    let unsigned = text.trim_start_matches(['+', '-']);
    if !unsigned.starts_with(|c: char| c == '.' || c.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// Returns whether `text` looks like a float to YAML:
/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?` (go-yaml v2 `resolve.go`).
pub(crate) fn is_yaml_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !digits.is_empty() && all_digits(digits)
    });
    let mantissa_fits = match mantissa.split_once('.') {
        Some((whole, part)) => all_digits(whole) && all_digits(part) && !(whole.is_empty() && part.is_empty()),
        None => !mantissa.is_empty() && all_digits(mantissa),
    };
    exponent_fits && mantissa_fits
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns a float as it arrives in the object: Go writes a whole float below 1e21
/// without a point, and the decoder then reads an integer when it fits.
/// `None` for infinities and NaN, which JSON cannot hold.
pub(crate) fn float_value(float: f64) -> Option<Value> {
    let written = if float.abs() < 1e21 { float.to_string() } else { String::new() };
    if let Ok(whole) = written.parse::<i64>() {
        return Some(whole.into());
    }
    Number::from_f64(float).map(Value::Number)
}

/// Returns an integer above `i64::MAX` as it arrives in the object: as a float.
#[expect(clippy::cast_precision_loss, reason = "kubectl loses the same digits")]
pub(crate) fn uint_value(uint: u64) -> Value {
    Value::from(uint as f64)
}

/// Writes a float key as `strconv.FormatFloat(key, 'g', -1, 32)` does (sigs.k8s.io/yaml).
#[expect(clippy::cast_possible_truncation, reason = "sigs.k8s.io/yaml narrows keys to 32 bits")]
pub(crate) fn float_key(float: f64) -> String {
    const EXPONENTS_PLAIN: std::ops::Range<i32> = -4..6;
    let narrow = float as f32;
    if float.is_nan() {
        return ".nan".to_owned();
    }
    if narrow.is_infinite() {
        return if float > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{narrow:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if EXPONENTS_PLAIN.contains(&exponent) {
        return narrow.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}
