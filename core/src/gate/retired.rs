//! `retired`: a target does not leave the rules while something of it is in the cluster.

use super::Hold;
use crate::id::TargetId;

/// Holds a target that left the rules; `recorded` is how many objects its inventory has, or why that is not known.
pub fn judge(target: &TargetId, recorded: Result<usize, String>) -> Option<Hold> {
    let gone = format!("the rules have `{target}` no more");
    let why = match recorded {
        Ok(0) => return None,
        Ok(1) => format!("{gone}, and 1 object of it is in the cluster"),
        Ok(count) => format!("{gone}, and {count} objects of it are in the cluster"),
        Err(why) => format!("{gone}, and whether something of it is in the cluster is not known: {why}"),
    };
    let help = "Put it back with `retired: delete` or `retired: orphan`; take it out again once nothing is left.";
    Some(Hold { gate: "retired", why, help: help.to_owned(), opens_by_itself: false })
}
