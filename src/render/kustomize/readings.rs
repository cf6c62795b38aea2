//! Scalars in the files of a kustomization that kubectl would read otherwise: told, for only one reading was meant.

use std::collections::BTreeSet;

use landfall_core::manifest::{Manifest, Origin, Remark, SourceFile, two_readings};

use super::super::contents::Contents;

/// Most that are told of one build.
const REMARKS_MAX: usize = 20;

/// Words without quotes that the two read differently, beside times.
const WORDS: [&str; 6] = ["yes", "no", "on", "off", "y", "n"];

/// Looks at each file that an object comes from.
pub(super) fn remarks(manifests: &[Manifest], contents: &Contents) -> Vec<Remark> {
    let paths: BTreeSet<&str> = manifests.iter().map(|manifest| manifest.origin.path.as_str()).collect();
    let files = paths.into_iter().filter_map(|path| Some((path, contents.file(path)?)));
    let suspected = files.filter(|(_, file)| may_differ(&file.bytes));
    suspected.flat_map(|(path, file)| of_file(path, &file.bytes)).take(REMARKS_MAX).collect()
}

/// Whether a file is worth reading once more: few are.
fn may_differ(bytes: &[u8]) -> bool {
    let is_word = |value: &str| WORDS.iter().any(|word| word.eq_ignore_ascii_case(value));
    let is_date =
        |value: &str| value.len() >= 8 && value.as_bytes()[..4].iter().all(u8::is_ascii_digit) && &value[4..5] == "-";
    let text = String::from_utf8_lossy(bytes);
    let mut values = text.split(['\n', ':', '-', ',', '[', ']', '{', '}']).map(str::trim);
    let mut lines = text.lines().filter_map(|line| line.split_once(": ")).map(|(_, value)| value.trim());
    values.any(is_word) || lines.any(|value| value.is_ascii() && is_date(value))
}

fn of_file(path: &str, bytes: &[u8]) -> Vec<Remark> {
    let text = String::from_utf8_lossy(bytes);
    let source = SourceFile::new(path, bytes.to_vec());
    let remark = |reading: landfall_core::manifest::TwoReadings| {
        let line = text.get(..reading.span.start)?.matches('\n').count() + 1;
        let origin = Origin { path: path.to_owned(), line: u32::try_from(line).ok() };
        let (kustomize, kubectl) = (reading.kustomize, reading.kubectl);
        Some(Remark::TwoReadings { origin, text: text.get(reading.span)?.to_owned(), kustomize, kubectl })
    };
    two_readings(&source).into_iter().filter_map(remark).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_and_a_time_are_told_with_their_lines_and_quotes_are_not() {
        let text = b"a: 'yes'\nb: [on]\nc: yesterday\nd: 2001-12-14\n";
        assert!(may_differ(text));
        let told: Vec<String> = of_file("a.yaml", text).iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "`on` in a.yaml:2 is text for Kustomize, and for kubectl a boolean: put it in quotes",
                "`2001-12-14` in a.yaml:4 is a time for Kustomize, and for kubectl text: put it in quotes"
            ]
        );
        assert!(!may_differ(b"a: yesterday\nb: \"n\"\nport: 8080\n"));
    }
}
