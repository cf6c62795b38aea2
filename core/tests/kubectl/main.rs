//! The reader against kubectl's own code: documents that a grammar makes up, and vectors with a few bytes changed.
//!
//! `LANDFALL_READER_SEED` repeats a run, `LANDFALL_READER_DOCUMENTS` makes it longer; by default the seed is the day.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking and says what it counted")]
#![expect(clippy::disallowed_methods, reason = "a seed is taken from the environment or the day")]

mod grammar;
mod kubectl;
mod mutation;
mod verdict;

use std::env;
use std::time::SystemTime;

use kubectl::Kubectl;
use proptest::strategy::{BoxedStrategy, Strategy as _, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use verdict::difference;

const DOCUMENTS_DEFAULT: u64 = 1000;
const DIFFERENCES_SHOWN_MAX: usize = 20;
const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;

#[test]
fn documents_made_up_by_a_grammar_are_read_as_kubectl_reads_them() {
    compare(&grammar::files(), "grammar");
}

#[test]
fn vectors_with_a_few_bytes_changed_are_read_as_kubectl_reads_them() {
    compare(&mutation::files(), "mutation");
}

fn compare(files: &BoxedStrategy<Vec<u8>>, what: &str) {
    let seed = number("LANDFALL_READER_SEED").unwrap_or_else(today);
    let count = number("LANDFALL_READER_DOCUMENTS").unwrap_or(DOCUMENTS_DEFAULT);
    let mut runner = runner(seed);
    let mut kubectl = Kubectl::start();
    let mut differences = Vec::new();
    let mut valid = 0;
    for _ in 0..count {
        let mut tree = files.new_tree(&mut runner).unwrap();
        match difference(&mut kubectl, &tree.current()) {
            Ok(readable) => valid += u64::from(readable),
            Err(_) => differences.push(smallest(&mut kubectl, tree.as_mut())),
        }
        if differences.len() == DIFFERENCES_SHOWN_MAX {
            break;
        }
    }
    println!("{what}: {count} files, {valid} of them readable, LANDFALL_READER_SEED={seed}");
    assert!(differences.is_empty(), "LANDFALL_READER_SEED={seed}\n{}", differences.join("\n"));
    assert!(count < DOCUMENTS_DEFAULT || valid * 10 > count, "only {valid} of {count} files could be read at all");
}

/// Returns the difference in the smallest file that still shows one.
fn smallest(kubectl: &mut Kubectl, tree: &mut dyn ValueTree<Value = Vec<u8>>) -> String {
    let mut shown = String::new();
    loop {
        let file = tree.current();
        let goes_on = match difference(kubectl, &file) {
            Err(said) => {
                shown = format!("{:?}\n  {said}", String::from_utf8_lossy(&file));
                tree.simplify()
            }
            Ok(_) => tree.complicate(),
        };
        if !goes_on {
            return shown;
        }
    }
}

fn runner(seed: u64) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().unwrap())
}

fn today() -> u64 {
    SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs() / SECONDS_OF_A_DAY
}
