//! The files of a commit of another repository, fetched by its full name into a folder that goes away.

use std::time::Duration;

use landfall_core::id::CommitSha;
use tokio::time::timeout;

use super::command::Git;
use super::{Error, Repository, TreeFile};

/// One commit without its history; who needs longer cannot be deployed from.
const FETCH_SECONDS_MAX: u64 = 60;

/// Fetches a commit from an address. Of ours nothing is sent: what Git itself knows about logins counts.
pub(crate) async fn files_at(address: &str, commit: &CommitSha) -> Result<Vec<TreeFile>, Error> {
    let temporary = |error: std::io::Error| Error::Unreachable { commit: commit.to_string(), why: error.to_string() };
    let folder = tempfile::tempdir().map_err(temporary)?;
    let git = Git::at(folder.path());
    git.text(&["init", "--quiet", "--bare"]).await?;
    let args = ["fetch", "--quiet", "--no-tags", "--depth=1", "--end-of-options", address, commit.as_str()];
    let late =
        |_| Error::Unreachable { commit: commit.to_string(), why: format!("no end within {FETCH_SECONDS_MAX} s") };
    timeout(Duration::from_secs(FETCH_SECONDS_MAX), git.text(&args)).await.map_err(late)??;
    let tree = Repository { git }.tree_of(commit.as_str()).await?;
    tree.read_all(&tree.paths_in("")).await
}
