//! How one scalar reads in YAML. Does not lay out maps and lists: `rows` does.

use serde_json::Value;

/// Returns a scalar, or an empty map or list, as YAML 1.1 readers would take it back.
pub(crate) fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) if reads_as_itself(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Returns a map's key.
pub(crate) fn key(text: &str) -> String {
    scalar(&Value::String(text.to_owned()))
}

/// Returns whether a text is shown line by line.
pub(crate) fn is_block(text: &str) -> bool {
    text.contains('\n') && !text.chars().any(|c| c.is_control() && c != '\n' && c != '\t')
}

/// Returns the mark of a block text: `|` when it ends with a line break, `|-` when it does not.
pub(crate) fn block_mark(text: &str) -> &'static str {
    if text.ends_with('\n') { "|" } else { "|-" }
}

fn reads_as_itself(text: &str) -> bool {
    let indicator = |c: char| "-?:,[]{}#&*!|>'\"%@`".contains(c);
    let starts_well = text.chars().next().is_some_and(|c| !c.is_whitespace() && !indicator(c) || is_flag(text));
    let ends_well = !text.ends_with(|c: char| c.is_whitespace() || c == ':');
    let plain = !text.contains(": ") && !text.contains(" #") && !text.chars().any(char::is_control);
    starts_well && ends_well && plain && !is_other_type(text)
}

/// Command line flags begin with an indicator, but read as text: `--port=80`.
fn is_flag(text: &str) -> bool {
    let rest = text.trim_start_matches('-');
    rest.len() < text.len() && rest.starts_with(|c: char| c.is_ascii_alphabetic())
}

fn is_other_type(text: &str) -> bool {
    const WORDS: &[&str] = &["true", "false", "yes", "no", "on", "off", "y", "n", "null", "~", "=", "<<"];
    let numeric = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
        && (text.parse::<f64>().is_ok() || text.chars().all(|c| c.is_ascii_hexdigit() || "xo_:.-+".contains(c)));
    // A version such as 1.8.2 has two dots: no reader takes it for a number.
    let version = text.matches('.').count() > 1;
    WORDS.contains(&text.to_ascii_lowercase().as_str()) || numeric && !version
}
