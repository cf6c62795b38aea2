//! Which functions a template calls, as far as its text says. Does not run it.

/// Functions whose result is another one in every render.
pub(super) const RANDOM: [&str; 17] = [
    "randAlphaNum",
    "randAlpha",
    "randNumeric",
    "randAscii",
    "randBytes",
    "randInt",
    "shuffle",
    "uuidv4",
    "genCA",
    "genCAWithKey",
    "genSelfSignedCert",
    "genSelfSignedCertWithKey",
    "genSignedCert",
    "genPrivateKey",
    "htpasswd",
    "bcrypt",
    "encryptAES",
];

/// Functions whose result follows the clock; those of dates do for whatever is no time.
pub(super) const CLOCK: [&str; 7] = ["now", "ago", "date", "dateInZone", "date_in_zone", "htmlDate", "htmlDateInZone"];

/// Returns whether a template calls one of these functions.
pub(super) fn any_of(template: &str, functions: &[&str]) -> bool {
    actions(template).any(|action| words(action).any(|word| functions.contains(&word)))
}

/// Returns what stands between `{{` and `}}`, without comments.
fn actions(template: &str) -> impl Iterator<Item = &str> {
    let parts = template.split("{{").skip(1).map(|part| part.split_once("}}").map_or(part, |(action, _)| action));
    parts.filter(|action| !action.trim_start_matches(['-', ' ', '\n', '\t']).starts_with("/*"))
}

/// Returns the words of an action that may be functions: no fields, no variables, no text in quotes.
fn words(action: &str) -> impl Iterator<Item = &str> {
    let code = action.split('"').step_by(2);
    let words = code.flat_map(|code| code.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '$'))));
    words.filter(|word| !word.starts_with(['.', '$']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_call_is_a_call() {
        for called in ["{{ lookup \"v1\" \"Secret\" }}", "{{- if (lookup $a .b) }}", "a: {{ $x := lookup . }}"] {
            assert!(any_of(called, &["lookup"]), "{called}");
        }
        for other in
            ["lookup", "{{/* lookup */}}", "{{ .lookup }}", "{{ $lookup }}", "{{ \"lookup \" }}", "{{ x }} lookup"]
        {
            assert!(!any_of(other, &["lookup"]), "{other}");
        }
    }
}
