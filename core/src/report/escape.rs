//! Makes text that others wrote harmless where it is shown. Does not shorten it, apart from one line's length.

use std::fmt::Write as _;

/// Most characters of one line that others wrote; the rest is counted.
pub(crate) const LINE_CHARS_MAX: usize = 400;

/// An invisible space that keeps hosts from reading `@name` or `#1` as a reference.
const APART: &str = "&#8203;";

/// Returns one clean line: characters that steer a terminal or turn the reading direction are spelled out.
pub(crate) fn line(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for (at, c) in text.chars().enumerate() {
        if at == LINE_CHARS_MAX {
            let more = text.chars().count() - LINE_CHARS_MAX;
            let _ = write!(clean, "… ({more} more characters)");
            break;
        }
        match c {
            '\n' | '\r' | '\t' => clean.push(' '),
            c if is_hidden(c) => drop(write!(clean, "‹U+{:04X}›", u32::from(c))),
            c => clean.push(c),
        }
    }
    clean
}

/// Returns text for a Markdown paragraph, list item or table cell.
pub(crate) fn words(text: &str) -> String {
    let text = line(text);
    let mut safe = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut at_start = true;
    while let Some(c) = rest.next() {
        let starts_block = at_start && "-+=".contains(c);
        let counts = !safe.is_empty() && safe.chars().all(|c| c.is_ascii_digit());
        let ends_number = ".)".contains(c) && counts && rest.peek().is_none_or(|next| *next == ' ');
        if starts_block || ends_number || "\\`*_[]{}<>|~&$#".contains(c) {
            safe.push('\\');
        }
        safe.push(c);
        if begins_reference(c, rest.peek().copied(), &safe) {
            safe += APART;
        }
        at_start = false;
    }
    safe
}

/// Returns text for HTML that stands in Markdown.
pub(crate) fn html(text: &str) -> String {
    let text = line(text);
    let mut safe = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '&' | '<' | '>' | '"' | '\'' => safe += &entity(c),
            c => safe.push(c),
        }
        if begins_reference(c, rest.peek().copied(), &safe) {
            safe += APART;
        }
    }
    safe
}

/// Returns a name as code in Markdown. A name that could end its own code span is spelled in entities.
pub(crate) fn code(text: &str) -> String {
    let text = line(text);
    let plain = !text.is_empty() && text == text.trim() && !text.contains(['`', '|', '\\']);
    if plain { format!("`{text}`") } else { format!("<code>{}</code>", entities(&text)) }
}

/// Returns a name as code in HTML.
pub(crate) fn html_code(text: &str) -> String {
    format!("<code>{}</code>", entities(&line(text)))
}

/// Returns a link's address, or none when it is not a plain web address.
pub(crate) fn address(url: &str) -> Option<String> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let scheme = &url[..url.len() - rest.len()];
    Some(scheme.to_owned() + &percent(rest, b"-._~:/?#@!$&+,;=%"))
}

/// Returns a path as part of an address; none when it could leave its folder.
pub(crate) fn address_path(path: &str) -> Option<String> {
    let stays = !path.split('/').any(|part| matches!(part, "" | "." | ".."));
    stays.then(|| percent(path, b"-._~/"))
}

/// Returns text with every byte but letters, digits and `allowed` spelled as `%XX`.
pub(crate) fn percent(text: &str, allowed: &[u8]) -> String {
    let mut safe = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || allowed.contains(&byte) {
            safe.push(char::from(byte));
        } else {
            let _ = write!(safe, "%{byte:02X}");
        }
    }
    safe
}

/// Returns an attribute's value without its quotes.
pub(crate) fn attribute(text: &str) -> String {
    text.chars().map(|c| if "&<>\"'".contains(c) { entity(c) } else { c.to_string() }).collect()
}

fn entities(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_ascii_punctuation() && !"-./:".contains(c) { entity(c) } else { c.to_string() })
        .collect()
}

fn entity(c: char) -> String {
    format!("&#{};", u32::from(c))
}

fn begins_reference(c: char, next: Option<char>, before: &str) -> bool {
    let named = next.is_some_and(|next| next.is_alphanumeric() || next == '"' || next == '_');
    match c {
        '@' => true,
        '#' | '!' | '%' | '~' | '&' | '$' | '^' => named,
        ':' => next == Some('/'),
        '-' => before.to_ascii_lowercase().ends_with("gh-"),
        '.' => before.to_ascii_lowercase().ends_with("www."),
        _ => false,
    }
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0xAD | 0x61C | 0x180E | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFEFF
            | 0xFFF9..=0xFFFB | 0xE0000..=0xE007F)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_mention_no_reference_and_no_address_survives() {
        assert_eq!(words("by @ana, see #7 and GH-7"), "by @&#8203;ana, see \\#&#8203;7 and GH-&#8203;7");
        assert_eq!(words("https://evil www.evil"), "https:&#8203;//evil www.&#8203;evil");
        assert_eq!(html("<b>@ana"), "&#60;b&#62;@&#8203;ana");
    }

    #[test]
    fn no_block_starts_in_the_middle_of_a_sentence() {
        assert_eq!(words("- a\n# b"), "\\- a \\# b");
        assert_eq!(words("1. a"), "1\\. a");
    }

    #[test]
    fn a_name_cannot_end_its_own_code() {
        assert_eq!(code("web"), "`web`");
        assert_eq!(code("a`|b"), "<code>a&#96;&#124;b</code>");
    }

    #[test]
    fn what_turns_the_reading_direction_is_spelled_out() {
        assert_eq!(line("a\u{202e}b\u{1b}[31m"), "a‹U+202E›b‹U+001B›[31m");
    }

    #[test]
    fn only_web_addresses_are_linked() {
        assert_eq!(address("javascript:alert(1)"), None);
        assert_eq!(address("https://a/b)[x]"), Some("https://a/b%29%5Bx%5D".to_owned()));
        assert_eq!(address_path("a/../b"), None);
    }
}
