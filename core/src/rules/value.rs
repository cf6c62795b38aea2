//! Small languages inside values: durations, folders, image references, environment variables. Does not know keys.

use crate::ownership::Predecessor;
use crate::verify::Condition;

/// Longest duration that the rules may ask for: longer than any CI job lives.
const DURATION_SECONDS_MAX: u64 = 24 * 60 * 60;

/// What stands for the deployed commit in an image reference.
const COMMIT: &str = "commit";

/// Why a value cannot be used (a clause), and the next step (a sentence).
pub(super) type Unusable = (String, String);

/// Reads `90s`, `10m` or `1h` as seconds.
pub(super) fn duration(text: &str) -> Result<u64, Unusable> {
    let help = "write a whole number and its unit: `90s`, `10m` or `1h`";
    let bad = |why: &str| (why.to_owned(), help.to_owned());
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match &text[digits.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        _ => return Err(bad("this is not a duration")),
    };
    let count: u64 = digits.parse().map_err(|_| bad("this is not a duration"))?;
    let seconds = count.checked_mul(unit).filter(|seconds| *seconds <= DURATION_SECONDS_MAX);
    match seconds {
        Some(0) => Err(bad("it is no time at all")),
        Some(seconds) => Ok(seconds),
        None => Err(bad("it is longer than a day")),
    }
}

/// Reads a folder of the repository; "." is its root.
pub(super) fn folder(text: &str) -> Result<String, Unusable> {
    path(text, "write a folder relative to the repository's root, such as `deploy/overlays/staging`")
}

/// Reads who kept an app's objects before.
pub(super) fn predecessor(text: &str) -> Result<Predecessor, Unusable> {
    let help = "write `helm/RELEASE`, `helm/NAMESPACE/RELEASE`, `argo-cd/APPLICATION`, `flux/Kustomization/NAMESPACE/NAME`, \
        `flux/HelmRelease/NAMESPACE/NAME`, or `kubectl/KEY=VALUE` with labels that its objects have";
    text.parse().map_err(|_| ("it names nobody who could have made objects".to_owned(), help.to_owned()))
}

/// Reads a file of the repository.
pub(super) fn file(text: &str) -> Result<String, Unusable> {
    path(text, "write a file relative to the repository's root, such as `env/production.yaml`")
}

fn path(text: &str, help: &str) -> Result<String, Unusable> {
    let bad = |why: &str| Err((why.to_owned(), help.to_owned()));
    if text.is_empty() {
        return bad("it is empty");
    }
    if text.starts_with('/') || text.contains('\\') || text.contains(':') {
        return bad("it is not relative to the repository");
    }
    if text.chars().any(char::is_control) {
        return bad("it has a control character");
    }
    let parts: Vec<&str> = text.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.contains(&"..") {
        return bad("it leaves the repository");
    }
    if parts.iter().any(|part| part.eq_ignore_ascii_case(".git")) {
        return bad("Git keeps no files there");
    }
    Ok(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
}

/// Checks that an image reference holds nothing to fill in but the commit.
pub(super) fn image(text: &str) -> Result<String, Unusable> {
    let help = "write a reference such as `registry/web:{{ commit }}`; only `{{ commit }}` is filled in".to_owned();
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(("it is not an image reference".to_owned(), help));
    }
    check_holes(text, &help)?;
    let filled = fill(text, "0");
    if filled.contains(['{', '}']) || filled.contains(char::is_whitespace) {
        return Err(("it is not an image reference".to_owned(), help));
    }
    Ok(text.to_owned())
}

/// Checks that a text holds nothing to fill in but the commit.
pub(super) fn holding_commit(text: &str) -> Result<String, Unusable> {
    check_holes(text, "only `{{ commit }}` is filled in")?;
    Ok(text.to_owned())
}

/// Checks a text that becomes a value of a chart, where only the text of nothing is untrue.
pub(super) fn chart_value(text: &str) -> Result<String, Unusable> {
    if ["true", "false", "null"].contains(&text) {
        let help = "write it as a value in a file of `values`".to_owned();
        return Err((format!("templates get it as text, and the text `{text}` counts as true"), help));
    }
    holding_commit(text)
}

fn check_holes(text: &str, help: &str) -> Result<(), Unusable> {
    for name in holes(text) {
        match name {
            Some(COMMIT) => {}
            Some(name) => return Err((format!("`{name}` cannot be filled in"), help.to_owned())),
            None => return Err(("a `{{` has no `}}`".to_owned(), help.to_owned())),
        }
    }
    Ok(())
}

/// Checks the name of a Helm release (Helm's `chartutil.ValidateReleaseName`).
pub(super) fn release(text: &str) -> Result<String, Unusable> {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    let edge = |c: char| !matches!(c, '-' | '.');
    if !text.is_empty() && text.len() <= 53 && text.chars().all(inner) && text.starts_with(edge) && text.ends_with(edge)
    {
        return Ok(text.to_owned());
    }
    let help = "use at most 53 lower-case letters, digits and inner hyphens, as in `shop-eu`".to_owned();
    Err(("Helm refuses it as a release's name".to_owned(), help))
}

/// Checks the name of a program, which is looked for on `PATH` alone.
pub(super) fn program(text: &str) -> Result<String, Unusable> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+');
    if !text.is_empty() && text.chars().all(plain) && !text.starts_with(['-', '.']) {
        return Ok(text.to_owned());
    }
    let help = "write its name on `PATH`, such as `cue`; arguments go to `args`".to_owned();
    Err(("this is not the name of a program".to_owned(), help))
}

/// Checks the address of a chart repository. A login in it would be written into logs.
pub(super) fn repository(text: &str) -> Result<String, Unusable> {
    let help = "write it as Chart.yaml has it: `https://charts.example` or `oci://registry.example/charts`".to_owned();
    let why = "it is not the address of a chart repository".to_owned();
    address(text, &["https://", "oci://", "http://"]).ok_or((why, help))
}

/// Checks an address that is asked whether a deploy has succeeded. A login in it would be written into reports.
pub(super) fn asked(text: &str) -> Result<String, Unusable> {
    let has_login = |rest: &str| rest.split(['/', '?', '#']).next().is_some_and(|host| host.contains('@'));
    if text.split_once("://").is_some_and(|(_, rest)| has_login(rest)) {
        return Err(("it has a login in it".to_owned(), "name the variable with a token in `token`".to_owned()));
    }
    url(text)
}

/// Checks the status of an answer.
pub(super) fn status(count: u64) -> Result<u16, Unusable> {
    let bad = || ("this is not the status of an answer".to_owned(), "write one from 200 to 599".to_owned());
    u16::try_from(count).ok().filter(|status| (200..600).contains(status)).ok_or_else(bad)
}

/// Reads what a value must be.
pub(super) fn condition(text: &str) -> Result<Condition, Unusable> {
    let help = "write a comparison with a number, as in `> 0.99`; the signs are >, >=, <, <=, == and !=".to_owned();
    text.parse().map_err(|error: crate::verify::InvalidCondition| (error.to_string(), help))
}

/// Checks that a text says something.
pub(super) fn some(text: &str) -> Result<String, Unusable> {
    let empty = || ("it is empty".to_owned(), "write something, or remove the key".to_owned());
    Some(text.to_owned()).filter(|text| !text.trim().is_empty()).ok_or_else(empty)
}

/// Checks the address of a Git repository.
pub(super) fn git_repository(text: &str) -> Result<String, Unusable> {
    let help = "write the address that `git clone` takes over HTTP: `https://host/team/repository`".to_owned();
    let why = "it is not the address of a Git repository".to_owned();
    address(text, &["https://", "http://"]).ok_or((why, help))
}

fn address(text: &str, schemes: &[&str]) -> Option<String> {
    let rest = schemes.iter().find_map(|scheme| text.strip_prefix(scheme))?;
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '@' | '<' | '>' | '"' | '`' | '\\' | '?');
    (!rest.is_empty() && rest.chars().all(plain)).then(|| text.trim_end_matches('/').to_owned())
}

/// Longest name in a label's key, and longest value of a label.
const LABEL_CHARS_MAX: usize = 63;
/// What the labels and annotations of Landfall itself begin with.
const OWN_PREFIX: &str = "landfall.dev/";

/// Checks the key of a label or annotation: a name, and before it a domain with a slash at most
/// (apimachinery `IsQualifiedName`).
pub(super) fn label_key(text: &str) -> Result<(), Unusable> {
    let (domain, name) = text.split_once('/').map_or((None, text), |(domain, name)| (Some(domain), name));
    let is_domain = |domain: &str| domain.split('.').all(|part| is_label(part) && !part.is_empty());
    if text.starts_with(OWN_PREFIX) {
        let help = "give it another domain: these say what Landfall does with an object".to_owned();
        return Err((format!("`{OWN_PREFIX}` is ours"), help));
    }
    if !name.is_empty() && is_label(name) && domain.is_none_or(is_domain) {
        return Ok(());
    }
    let help = "write a name such as `team`, or one with a domain such as `example.com/team`".to_owned();
    Err(("it is no key of a label or annotation".to_owned(), help))
}

/// Checks the value of a label.
pub(super) fn label(text: &str) -> Result<String, Unusable> {
    if is_label(text) {
        return Ok(text.to_owned());
    }
    let help =
        "use at most 63 letters, digits, `-`, `_` and `.`, starting and ending with a letter or digit".to_owned();
    Err(("it is no value of a label".to_owned(), help))
}

fn is_label(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let edge = |c: Option<char>| c.is_none_or(|c| c.is_ascii_alphanumeric());
    let (first, last) = (text.chars().next(), text.chars().next_back());
    text.len() <= LABEL_CHARS_MAX && text.chars().all(inner) && edge(first) && edge(last)
}

/// Fills a commit into a checked image reference.
pub(super) fn fill(text: &str, commit: &str) -> String {
    let mut parts = text.split("{{");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.split_once("}}").map_or("", |(_, rest)| rest);
        filled.push_str(commit);
        filled.push_str(rest);
    }
    filled
}

/// Checks the name of an environment variable.
pub(super) fn variable(text: &str) -> Result<String, Unusable> {
    let inner = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !text.is_empty() && text.chars().all(inner) && !text.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    let help = "write the name of an environment variable, such as `SHOP_TOKEN`, not its value or a path";
    Err(("this is not the name of an environment variable".to_owned(), help.to_owned()))
}

/// Checks a public address.
pub(super) fn url(text: &str) -> Result<String, Unusable> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | '`' | '\\');
    if rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(plain)) {
        return Ok(text.to_owned());
    }
    Err(("this is not a web address".to_owned(), "write it whole, such as `https://shop.example`".to_owned()))
}

fn holes(text: &str) -> impl Iterator<Item = Option<&str>> {
    text.split("{{").skip(1).map(|part| part.split_once("}}").map(|(name, _)| name.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_a_unit() {
        assert_eq!(duration("90s"), Ok(90));
        assert_eq!(duration("10m"), Ok(600));
        assert_eq!(duration("1h"), Ok(3600));
        for text in ["", "10", "m", "0s", "10 m", "-1m", "1.5h", "10d", "25h", "99999999999999999999h", "1m30s", "١m"]
        {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_folder_stays_in_the_repository() {
        assert_eq!(folder("./deploy//base/"), Ok("deploy/base".to_owned()));
        assert_eq!(folder("."), Ok(".".to_owned()));
        for text in ["", "/etc", "../other", "a/../../b", "C:\\x", ".git", "a\nb"] {
            assert!(folder(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_the_commit_is_filled_in() {
        assert_eq!(image("web:{{ commit }}"), Ok("web:{{ commit }}".to_owned()));
        assert_eq!(fill("web:{{ commit }}-{{commit}}", "c0ffee1"), "web:c0ffee1-c0ffee1");
        for text in ["", "web:{{ branch }}", "web:{{ commit", "web:{x}", "web: x", "web:{{ commit }}}}"] {
            assert!(image(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_variable_is_not_a_path() {
        assert!(variable("LANDFALL_PLAN_KUBECONFIG").is_ok());
        for text in ["", "/tmp/config", "$HOME", "1A"] {
            assert!(variable(text).is_err(), "{text}");
        }
    }
}
