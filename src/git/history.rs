//! Commits and their order. Deepens shallow clones as far as a question needs.

use landfall_core::id::CommitSha;

use super::{Error, Repository};

/// How many more commits each deepening brings.
const DEEPEN_COMMITS: [&str; 3] = ["--deepen=50", "--deepen=500", "--unshallow"];

impl Repository {
    /// Returns the commit that a revision names, if it names one here.
    pub(crate) async fn resolve(&self, revision: &str) -> Result<Option<CommitSha>, Error> {
        let wanted = format!("{revision}^{{commit}}");
        match self.git.text(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]).await {
            Ok(text) => Ok(text.parse().ok()),
            Err(Error::Failed { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes sure that a commit is here, fetching it by its name where it is not.
    pub(crate) async fn need(&self, commit: &CommitSha) -> Result<(), Error> {
        if self.resolve(commit.as_str()).await?.is_some() {
            return Ok(());
        }
        self.fetch(commit.as_str(), &["--depth=1"]).await
    }

    /// Returns the tip of a branch as the remote has it now, and brings it here.
    /// Without a remote, the local branch counts.
    pub(crate) async fn tip(&self, branch: &str) -> Result<CommitSha, Error> {
        if self.has_remote().await? {
            let reference = format!("refs/heads/{branch}");
            let tracking = format!("+{reference}:refs/landfall/{branch}");
            let depth: &[&str] = if self.is_shallow().await? { &["--depth=1"] } else { &[] };
            self.fetch(&tracking, depth).await?;
            if let Some(tip) = self.resolve(&format!("refs/landfall/{branch}")).await? {
                return Ok(tip);
            }
        }
        let unreachable = || Error::Unreachable { commit: branch.to_owned(), why: "no such branch".to_owned() };
        self.resolve(&format!("refs/heads/{branch}")).await?.ok_or_else(unreachable)
    }

    /// Whether `older` is `newer` or one of its ancestors.
    pub(crate) async fn is_ancestor(&self, older: &CommitSha, newer: &CommitSha) -> Result<bool, Error> {
        self.need(older).await?;
        self.need(newer).await?;
        for deepen in std::iter::once(None).chain(DEEPEN_COMMITS.map(Some)) {
            if let Some(depth) = deepen {
                if !self.is_shallow().await? {
                    return Ok(false);
                }
                self.fetch(newer.as_str(), &[depth]).await?;
            }
            let args = ["merge-base", "--is-ancestor", older.as_str(), newer.as_str()];
            if self.git.run(&args, &[]).await?.status.success() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Deepens until two commits have a common ancestor here, or there is nothing more to fetch.
    pub(super) async fn connect(&self, one: &CommitSha, other: &CommitSha) -> Result<(), Error> {
        for depth in DEEPEN_COMMITS {
            let found = self.git.run(&["merge-base", one.as_str(), other.as_str()], &[]).await?;
            if found.status.success() || !self.is_shallow().await? {
                return Ok(());
            }
            self.fetch_both(one, other, depth).await?;
        }
        Ok(())
    }

    async fn fetch_both(&self, one: &CommitSha, other: &CommitSha, depth: &str) -> Result<(), Error> {
        let args = ["fetch", "--no-tags", "--no-write-fetch-head", depth, "origin", one.as_str(), other.as_str()];
        self.git.text(&args).await.map(drop)
    }

    async fn fetch(&self, what: &str, depth: &[&str]) -> Result<(), Error> {
        let mut args = vec!["fetch", "--no-tags", "--no-write-fetch-head", "--quiet"];
        args.extend(depth);
        args.extend(["origin", what]);
        match self.git.text(&args).await {
            Ok(_) => Ok(()),
            Err(Error::Failed { why, .. }) => Err(Error::Unreachable { commit: what.to_owned(), why }),
            Err(error) => Err(error),
        }
    }

    async fn is_shallow(&self) -> Result<bool, Error> {
        Ok(self.git.text(&["rev-parse", "--is-shallow-repository"]).await? == "true")
    }

    async fn has_remote(&self) -> Result<bool, Error> {
        Ok(self.git.text(&["remote"]).await?.lines().any(|remote| remote == "origin"))
    }
}
