//! Edits of files written by hand, and of every scalar of every vector.

use std::fs;
use std::path::Path;
use std::rc::Rc;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use super::super::reader::{Values, values_with_spans};
use super::super::{Compat, SourceFile, push_step, values};
use super::{Edit, EditError, EditProblem, apply, helm_value, images, kustomization_image};

/// Texts that some reader takes for something else, or that need quotes of some kind.
const TEXTS: [&str; 22] = [
    "v1",
    "1.10",
    "0644",
    "1e3",
    "1234567e89",
    "yes",
    "~",
    "",
    "2001-12-14",
    "12:30",
    "a: b",
    "a #b",
    "- a",
    "'",
    "\"",
    "\\",
    "a\nb\n",
    "\t",
    "é\u{1f600}",
    "\u{7f}\u{85}\u{feff}",
    "[a, {b}]",
    "registry.example:5000/web:1.2.3@sha256:0",
];

fn edited(text: &str, pointer: &str, new: &str) -> Result<String, String> {
    let source = SourceFile::new("a.yaml", text.as_bytes());
    let edit = Edit { document: 0, pointer: pointer.to_owned(), text: new.to_owned() };
    let bytes = apply(&source, &[edit], Compat::Strict).map_err(|error| error.to_string())?;
    Ok(String::from_utf8(bytes).expect("a text stays text"))
}

#[test]
fn a_text_is_written_as_what_stood_there() {
    for (before, new, after) in [
        ("a: 1.9 # now\nb: 2\n", "1.9.1", "a: 1.9.1 # now\nb: 2\n"),
        ("a: v1 # now\n", "1.10", "a: \"1.10\" # now\n"),
        ("a: v1\n", "0644", "a: \"0644\"\n"),
        ("a: v1\n", "1e3", "a: \"1e3\"\n"),
        ("a: v1\n", "2001-12-14", "a: \"2001-12-14\"\n"),
        ("a: 'it''s'   # now\n", "1.10", "a: '1.10'   # now\n"),
        ("a: 'v1'\n", "it's", "a: 'it''s'\n"),
        ("a: 'v1'\n", "a\nb", "a: \"a\\nb\"\n"),
        ("a: \"v1\"\n", "v2", "a: \"v2\"\n"),
        ("a:\n", "v1", "a: v1\n"),
        ("a: # now\nb: 2\n", "v1", "a: v1 # now\nb: 2\n"),
        ("a: ~\n", "v1", "a: v1\n"),
        ("{a: v1, b: [x,y]}\n", "v2", "{a: v2, b: [x,y]}\n"),
        ("{\"a\":1,\n \"b\" : 2}", "v2", "{\"a\":\"v2\",\n \"b\" : 2}"),
        ("a: one\n  two # now\nb: 1\n", "v1", "a: v1 # now\nb: 1\n"),
        ("a: |- # now\n  one\n\n  two\n# then\nb: 1\n", "v1", "a: v1 # now\n# then\nb: 1\n"),
        ("a: >\r\n  one\r\nb: 1\r\n", "1.10", "a: \"1.10\"\r\nb: 1\r\n"),
        ("# first\r\na:   v1  # now\r\nb: 2\r\n", "v2", "# first\r\na:   v2  # now\r\nb: 2\r\n"),
        ("\u{feff}a: v1\n", "v2", "\u{feff}a: v2\n"),
        ("# only\n---\na: v1\n---\na: v1\n", "v2", "# only\n---\na: v2\n---\na: v1\n"),
        ("a: &x v1\nb: 2\n", "v2", "a: &x v2\nb: 2\n"),
        ("a: !!str 1\n", "v2", "a: !!str v2\n"),
        ("é: ü\na: v1", "v2", "é: ü\na: v2"),
    ] {
        assert_eq!(edited(before, "/a", new).as_deref(), Ok(after), "{before}");
    }
}

#[test]
fn what_cannot_be_edited_alone_is_refused() {
    for (text, pointer, said) in [
        ("b: &x v1\na: *x\n", "/a", "a.yaml:1:7: changing this would change /b too"),
        ("b: &x v1\na: *x\n", "/b", "a.yaml:1:7: changing this would change /a too"),
        ("b: &x {c: v1}\na:\n  <<: *x\n", "/a/c", "a.yaml:1:11: changing this would change /b/c too"),
        ("a: !!int 1\n", "/a", "a.yaml:1:10: no text can be written here"),
        ("a: {b: 1}\n", "/a", "a.yaml: there is no value at /a"),
        ("a: {b: 1}\n", "/a/c", "a.yaml: there is no value at /a/c"),
        ("a: [\n", "/a", "a.yaml:2:1: this is not valid YAML: a value is expected"),
    ] {
        assert_eq!(edited(text, pointer, "v2"), Err(said.to_owned()), "{text}");
    }
    let source = SourceFile::new("a.yaml", b"\xff\xfea\0:\0 \x001\0".as_slice());
    let edit = Edit { document: 0, pointer: "/a".to_owned(), text: "v2".to_owned() };
    let error = apply(&source, &[edit], Compat::Strict).map_err(|error| error.to_string());
    assert_eq!(error, Err("a.yaml: the file is not UTF-8, so that it cannot be edited".to_owned()));
}

#[test]
fn an_error_shows_no_line_of_a_secret() {
    let text = "kind: Secret\nstringData:\n  a: &x hunter22\n  b: *x\n";
    let edit = Edit { document: 0, pointer: "/stringData/b".to_owned(), text: "v2".to_owned() };
    let error = apply(&SourceFile::new("a.yaml", text.as_bytes()), &[edit], Compat::Strict).expect_err("it is shared");
    let mut shown = String::new();
    let handler = miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::none());
    handler.render_report(&mut shown, &error).expect("a report can be written");
    assert!(shown.contains("/stringData/a too") && !shown.contains("hunter22"), "{shown}");
}

#[test]
fn several_edits_are_made_at_once() {
    let text = "a: v1 # one\nb: {c: v1, d: &x v1}\ne: *x\n";
    let edit = |pointer: &str| Edit { document: 0, pointer: pointer.to_owned(), text: "v22".to_owned() };
    let edits = [edit("/a"), edit("/e"), edit("/b/c"), edit("/b/d")];
    let source = SourceFile::new("a.yaml", text.as_bytes());
    let bytes = apply(&source, &edits, Compat::Strict).expect("anchor and alias change together");
    assert_eq!(bytes, b"a: v22 # one\nb: {c: v22, d: &x v22}\ne: *x\n");
}

#[test]
fn what_runs_is_changed_in_each_kind_of_file() {
    let made = |text: &str, edits: fn(&[Value]) -> Result<Vec<Edit>, EditProblem>| {
        let source = SourceFile::new("a.yaml", text.as_bytes());
        let edits = edits(&values(&source, Compat::Strict).expect("it is read")).expect("there is something to change");
        String::from_utf8(apply(&source, &edits, Compat::Strict).expect("it can be changed"))
            .expect("a text stays text")
    };
    assert_eq!(
        made("spec:\n  containers:\n  - {name: web, image: r/web:1.9} # now\n", |it| images(it, "web", "r/web:1.10")),
        "spec:\n  containers:\n  - {name: web, image: r/web:1.10} # now\n"
    );
    assert_eq!(
        made("images:\n# ours\n- name: r/web\n  newTag: v1 # now\n", |it| kustomization_image(
            &it[0],
            "web",
            "r/web:1.10"
        )),
        "images:\n# ours\n- name: r/web\n  newTag: \"1.10\" # now\n"
    );
    assert_eq!(
        made("image:\n  tag: '0643' # now\n", |_| Ok(vec![helm_value("image.tag", "0644")?])),
        "image:\n  tag: '0644' # now\n"
    );
}

#[test]
fn of_every_scalar_of_every_vector_nothing_else_is_changed() {
    let scalars = scalars();
    let outcomes = scalars.iter().zip(TEXTS.iter().cycle()).map(|(scalar, text)| (scalar, scalar.check(text)));
    let (mut edited, mut refused) = (0, Vec::new());
    for (scalar, outcome) in outcomes {
        match outcome {
            Outcome::Edited => edited += 1,
            Outcome::Shared | Outcome::Tagged | Outcome::Encoded => {}
            Outcome::Refused => refused.push(format!("{} {}", scalar.source.path, scalar.pointer)),
        }
    }
    // A key of a flow mapping without a colon has no place for a value.
    let expected =
        ["flow-adjacent-value.yaml /v/b:2", "flow-question.yaml /v/0/a", "flow-unquoted-colon.yaml /spec/v/a:1"];
    assert_eq!(refused, expected);
    assert!(edited * 10 > scalars.len() * 9, "{edited} of {} scalars", scalars.len());
}

#[test]
fn of_any_scalar_any_text_changes_nothing_else() {
    let scalars = scalars();
    let mut runner = TestRunner::new(Config { cases: 500, failure_persistence: None, ..Config::default() });
    let text = prop_oneof![
        "\\PC{0,20}",
        "[-0-9a-fxobe_.:+]{1,12}",
        proptest::string::string_regex("(?s).{0,12}").expect("this is a pattern")
    ];
    let outcome = runner.run(&(any::<Index>(), text), |(at, text)| {
        let scalar = at.get(&scalars);
        let is_kept = !matches!(scalar.check(&text), Outcome::Refused) || scalar.source.path.starts_with("flow-");
        prop_assert!(is_kept, "{} {}", scalar.source.path, scalar.pointer);
        Ok(())
    });
    outcome.expect("every edit is read back, or refused");
}

/// What became of an edit.
#[derive(Debug)]
enum Outcome {
    Edited,
    /// Refused: an alias has the same value.
    Shared,
    /// Refused: a tag wants no text.
    Tagged,
    /// Refused: the file is not UTF-8.
    Encoded,
    Refused,
}

/// A scalar of a vector.
struct Scalar {
    source: SourceFile,
    mode: Compat,
    document: usize,
    pointer: String,
    before: Rc<Values>,
}

impl Scalar {
    /// Edits it, and asks whether that is all that changed.
    fn check(&self, text: &str) -> Outcome {
        let Self { source, mode, document, pointer, before } = self;
        let edit = Edit { document: *document, pointer: pointer.clone(), text: text.to_owned() };
        let bytes = match apply(source, &[edit], *mode) {
            Ok(bytes) => bytes,
            Err(EditError::Place(place)) => return self.refused(&place.problem),
            Err(EditError::Read(_)) => return Outcome::Refused,
        };
        let mut expected: Vec<Value> = before.1.iter().map(|(value, _)| value.clone()).collect();
        *expected[*document].pointer_mut(pointer).expect("it was found before") = Value::from(text);
        let again = SourceFile::new(source.path.as_str(), bytes.clone());
        assert_eq!(values(&again, *mode).expect("it is read again"), expected, "{} {pointer} {text:?}", source.path);
        self.assert_the_rest_is_kept(&bytes, text);
        Outcome::Edited
    }

    fn refused(&self, problem: &EditProblem) -> Outcome {
        let has = |sign| self.source.bytes.contains(&sign);
        match problem {
            EditProblem::ChangesOther { .. } if has(b'*') => Outcome::Shared,
            EditProblem::Unwritable if has(b'!') => Outcome::Tagged,
            EditProblem::Encoding if std::str::from_utf8(&self.source.bytes).is_err() => Outcome::Encoded,
            _ => Outcome::Refused,
        }
    }

    fn assert_the_rest_is_kept(&self, bytes: &[u8], text: &str) {
        let span = self.before.1[self.document].1.value(&self.pointer).expect("it was found before");
        let mark = if self.source.bytes.starts_with(&[0xEF, 0xBB, 0xBF]) { 3 } else { 0 };
        let (old, place) = (&self.source.bytes, (&self.source.path, &self.pointer, text));
        let (before, behind) = (&old[..mark + span.start], &old[mark + span.end..]);
        let is_kept = bytes.starts_with(before.trim_ascii_end()) && bytes.ends_with(behind.trim_ascii_start());
        let is_exact = span.is_empty() || bytes.starts_with(before) && bytes.ends_with(behind);
        assert!(is_kept && is_exact, "{place:?}: {:?}", String::from_utf8_lossy(bytes));
    }
}

fn scalars() -> Vec<Scalar> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/yaml");
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("the vectors are here").map(|e| e.expect("listed").path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "yaml"));
    files.sort();
    let mut found = Vec::new();
    for path in files {
        let name = path.file_name().and_then(|name| name.to_str()).expect("its name is text").to_owned();
        let source = SourceFile::new(name, fs::read(&path).expect("it can be read"));
        let readable =
            [Compat::Strict, Compat::Kubectl].map(|mode| values_with_spans(&source, mode).map(|read| (mode, read)));
        let Some((mode, before)) = readable.into_iter().find_map(Result::ok) else { continue };
        let before = Rc::new(before);
        for (document, (value, _)) in before.1.iter().enumerate() {
            let mut pointers = Vec::new();
            pointers_of(value, &mut String::new(), &mut pointers);
            let scalar =
                |pointer| Scalar { source: source.clone(), mode, document, pointer, before: Rc::clone(&before) };
            found.extend(pointers.into_iter().map(scalar));
        }
    }
    found
}

fn pointers_of(value: &Value, pointer: &mut String, found: &mut Vec<String>) {
    let length = pointer.len();
    let steps: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => return found.push(pointer.clone()),
    };
    for (step, value) in steps {
        push_step(pointer, &step);
        pointers_of(value, pointer, found);
        pointer.truncate(length);
    }
}
