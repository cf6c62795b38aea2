//! Files that try to take the whole job down: each is refused before anything is built of it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking and says what it counted")]

use std::fmt::Write as _;

use landfall_core::manifest::limits::{ALIASED_BYTES_MAX, DEPTH_MAX, DOCUMENTS_MAX, FILE_BYTES_MAX};
use landfall_core::manifest::{Compat, ReadProblem, SourceFile, read};

const HEAD: &str = "apiVersion: t.io/v1\nkind: Thing\nmetadata: {name: a}\n";

fn refused(text: impl Into<Vec<u8>>) -> (ReadProblem, u32) {
    let source = SourceFile::new("a.yaml", text);
    let strict = read(&source, Compat::Strict).unwrap_err();
    let kubectl = read(&source, Compat::Kubectl).unwrap_err();
    assert_eq!(strict.all()[0].problem, kubectl.all()[0].problem);
    (strict.all()[0].problem.clone(), strict.all()[0].line)
}

/// Returns a bomb: each level holds nine times the level above it, in the brackets given.
fn bomb(levels: usize, first: &str, level: fn(usize, &str) -> String) -> String {
    let mut text = format!("{HEAD}a0: &a0 {first}\n");
    for number in 1..levels {
        let below = format!("*a{}", number - 1);
        writeln!(text, "a{number}: &a{number} {}", level(number, &below)).unwrap();
    }
    text
}

fn nine(below: &str) -> String {
    [below; 9].join(",")
}

#[test]
fn bombs_of_every_shape_are_refused_at_the_first_alias_that_is_too_much() {
    let sequences = bomb(60, "[x,x,x,x,x,x,x,x,x]", |_, below| format!("[{}]", nine(below)));
    let mappings = bomb(60, "{k: v}", |_, below| {
        let pairs: Vec<String> = (0..9).map(|key| format!("k{key}: {below}")).collect();
        format!("{{{}}}", pairs.join(","))
    });
    let merges = bomb(60, "{k: v}", |number, below| {
        format!("{{n{number}: {below}, m: {{<<: [{}]}}, o: [{}]}}", nine(below), nine(below))
    });
    let texts = bomb(60, &format!("\"{}\"", "x".repeat(100_000)), |_, below| format!("[{}]", nine(below)));
    for text in [sequences, mappings, merges, texts] {
        let (problem, line) = refused(text);
        assert_eq!(problem, ReadProblem::ExcessiveAliases);
        assert!(line < 14, "found on line {line} only");
    }
}

#[test]
fn one_long_text_cannot_be_multiplied() {
    let text = "x".repeat(1_000_000);
    let aliases = "- *t\n".repeat(ALIASED_BYTES_MAX / text.len() + 1);
    let (problem, line) = refused(format!("{HEAD}t: &t {text}\nv:\n{aliases}"));
    assert_eq!((problem, line), (ReadProblem::ExcessiveAliases, 14));
}

#[test]
fn aliases_that_people_write_are_no_bomb() {
    let mut text = format!("{HEAD}base: &base {{image: shop, ports: [80, 443], env: {{A: b}}}}\nv:\n");
    for _ in 0..1000 {
        text.push_str("- {<<: *base, name: web}\n");
    }
    let manifests = read(&SourceFile::new("a.yaml", text), Compat::Strict).unwrap();
    assert_eq!(manifests[0].object["v"].as_array().unwrap().len(), 1000);
}

#[test]
fn ten_thousand_levels_are_refused_in_every_notation() {
    let deep = 10_000;
    let blocks: String = (0..2000).fold(String::new(), |text, level| text + &" ".repeat(level) + "a:\n");
    let steps: String = (1..deep).fold(String::from("a0: &a0 [x]\n"), |mut text, level| {
        writeln!(text, "a{level}: &a{level} [*a{}]", level - 1).unwrap();
        text
    });
    let files = [
        format!("{HEAD}v: {}{}\n", "[".repeat(deep), "]".repeat(deep)),
        format!("{HEAD}v: {}\n", "{a: ".repeat(deep)),
        format!("{HEAD}v:\n{}x\n", "- ".repeat(deep)),
        format!("{HEAD}v:\n{blocks}"),
        format!("{HEAD}{steps}"),
        format!("{{\"v\": {}", "[".repeat(deep)),
        format!("{{\"v\": {}", "{\"a\": ".repeat(deep)),
    ];
    for text in files {
        assert_eq!(refused(text).0, ReadProblem::TooDeep);
    }
}

#[test]
fn the_deepest_object_allowed_is_read() {
    let levels = DEPTH_MAX - 1;
    let text = format!("{HEAD}v: {}{}\n", "[".repeat(levels), "]".repeat(levels));
    assert!(read(&SourceFile::new("a.yaml", text), Compat::Strict).is_ok());
}

#[test]
fn fifty_thousand_documents_are_refused_where_they_become_too_many() {
    let (problem, line) = refused("a: b\n---\n".repeat(50_000));
    assert_eq!(problem, ReadProblem::TooManyDocuments);
    assert_eq!(line as usize, 2 * (DOCUMENTS_MAX + 1));
}

#[test]
fn a_file_of_fifty_megabytes_is_not_even_decoded() {
    let bytes = 50_000_000;
    assert_eq!(refused(vec![0xFF; bytes]).0, ReadProblem::FileTooLarge { bytes });
    assert_eq!(refused(vec![b' '; FILE_BYTES_MAX + 1]).0, ReadProblem::FileTooLarge { bytes: FILE_BYTES_MAX + 1 });
}
