//! Any bytes as a file: the reader ends, says what is wrong, and the default is never laxer than kubectl's reading.

#![no_main]

use landfall_core::manifest::{Compat, SourceFile, read, values};
use libfuzzer_sys::fuzz_target;
use miette::Report;

fuzz_target!(|bytes: &[u8]| {
    let source = SourceFile::new("a.yaml", bytes);
    let kubectl = values(&source, Compat::Kubectl);
    if let Ok(strict) = values(&source, Compat::Strict) {
        assert_eq!(Some(&strict), kubectl.as_ref().ok(), "the default reads something else");
    }
    match read(&source, Compat::Strict) {
        Ok(manifests) => manifests.iter().for_each(|manifest| {
            // Every span is a piece of the text.
            let span = manifest.label("/metadata/name");
            assert!(manifest.text.content.get(span.offset()..span.offset() + span.len()).is_some());
        }),
        Err(errors) => assert!(!format!("{:?}", Report::new(errors)).is_empty()),
    }
});
