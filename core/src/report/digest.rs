//! A short name for what a run plans, so that two plans can be told apart. Holds no Secret: its input is masked.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::Report;
use crate::plan::Class;

/// How many bytes of the digest people read.
const DIGEST_BYTES: usize = 4;

/// Returns eight hexadecimal digits over every target's changes; none without a plan.
pub(crate) fn digest(report: &Report) -> Option<String> {
    let mut hash = Sha256::new();
    let mut plans = 0;
    for plan in report.targets.iter().filter_map(|target| target.plan.as_ref()) {
        plans += 1;
        hash.update(format!("target {:?}\n", plan.target));
        for change in plan.changes.iter().filter(|change| change.class != Class::Same) {
            hash.update(format!("{:?} {:?} {:?}\n", change.id, change.class, change.diff));
        }
    }
    (plans > 0).then(|| short(&hash.finalize()))
}

fn short(bytes: &[u8]) -> String {
    bytes.iter().take(DIGEST_BYTES).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
