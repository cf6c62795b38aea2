//! `rolled_back`: a commit that was rolled back is not deployed again because its pipeline runs again.

use super::Hold;
use crate::id::CommitSha;
use crate::inventory::Inventory;

/// Returns the hold on a commit, as the target records it.
pub fn judge(inventory: &Inventory, commit: &CommitSha) -> Option<Hold> {
    let hold = inventory.hold_on(commit)?;
    let why = format!("`{}` was rolled back: {}", commit.short(), hold.reason);
    let help = "Merge a fix, or revert the merge. To try the same commit again, deploy it by hand with `--reason`.";
    Some(Hold { gate: "rolled_back", why, help: help.to_owned(), opens_by_itself: false })
}
