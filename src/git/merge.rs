//! What a merge would give, computed without a work tree (`git merge-tree --write-tree`, Git 2.38).

use landfall_core::id::CommitSha;

use super::{CommitTree, Error, Repository};

/// What merging one commit into another gives.
pub(crate) enum Merged {
    /// A tree.
    Tree(CommitTree),
    /// Nothing: these paths conflict.
    Conflict(Vec<String>),
}

impl Repository {
    /// Merges `head` onto `base` in memory.
    pub(crate) async fn merge(&self, base: &CommitSha, head: &CommitSha) -> Result<Merged, Error> {
        self.need(base).await?;
        self.need(head).await?;
        self.connect(base, head).await?;
        let args = ["merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", base.as_str(), head.as_str()];
        let output = self.git.away_from_work_tree().await?.run(&args, &[]).await?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut parts = text.split('\0').filter(|part| !part.is_empty());
        let tree = parts.next().unwrap_or_default().to_owned();
        match output.status.code() {
            Some(0) => Ok(Merged::Tree(self.tree_of(&tree).await?)),
            Some(1) => Ok(Merged::Conflict(parts.map(str::to_owned).collect())),
            _ => {
                let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
                Err(Error::Failed { verb: "merge-tree".to_owned(), why })
            }
        }
    }
}
