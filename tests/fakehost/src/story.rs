//! What people do on the host, and what they see there, in a story's words.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use crate::error::Error;
use crate::git::Git;
use crate::host::FakeHost;
use crate::merging::Method;
use crate::proposals::{self, Opening, Stand};
use crate::repository::Repository;
use crate::seeding::{self, Change};
use crate::{branches, checks, comments, deployments, pull_view, pulls, reviews};

/// Who merges when a story merges.
const MAINTAINER: &str = "maintainer";

impl FakeHost {
    /// Makes a repository whose `main` holds these files, and returns the first commit.
    pub async fn repository(&self, name: &str, files: &[(&str, &str)]) -> Result<String, Error> {
        self.add_repository(name).await?;
        let changes: Vec<_> = files.iter().map(|(path, content)| (*path, Change::Write(content))).collect();
        self.push_files(name, "main", &changes, "initial commit").await
    }

    /// Makes a repository whose `main` holds a directory's content, and returns the first commit.
    pub async fn repository_from(&self, name: &str, directory: &Path) -> Result<String, Error> {
        self.add_repository(name).await?;
        let (name, directory) = (name.to_owned(), directory.to_owned());
        self.with(move |state| seeding::commit_directory(state.repository(&name)?, "main", &directory)).await
    }

    /// Forks a repository: `fork("acme/shop", "mallory")` makes `mallory/shop`, and returns that name.
    pub async fn fork(&self, name: &str, owner: &str) -> Result<String, Error> {
        let original = name.to_owned();
        let (_, short) = name.split_once('/').ok_or_else(|| Error::unknown("repository", name))?;
        let fork = format!("{owner}/{short}");
        self.add_repository(&fork).await?;
        let made = fork.clone();
        self.with(move |state| {
            let source = state.repository(&original)?.git.dir.display().to_string();
            let repository = state.repository(&fork)?;
            repository.fork_of = Some(original);
            let heads = "+refs/heads/*:refs/heads/*";
            repository.git.run(&["fetch", "--quiet", &source, heads]).map(|_| ())
        })
        .await?;
        Ok(made)
    }

    /// Protects a branch: only administrators push to it, everyone else merges proposals.
    pub async fn protect(&self, name: &str, branch: &str) -> Result<(), Error> {
        let branch = branch.to_owned();
        self.on(name, move |repository| branches::protect(repository, &branch)).await
    }

    /// Commits changes on a branch, as if pushed, and returns the commit. A new branch starts at `main`.
    pub async fn push_files(
        &self,
        name: &str,
        branch: &str,
        changes: &[(&str, Change<'_>)],
        message: &str,
    ) -> Result<String, Error> {
        let changes: Vec<(String, Option<String>)> = changes.iter().map(owned).collect();
        let (name, branch, message) = (name.to_owned(), branch.to_owned(), message.to_owned());
        self.with(move |state| {
            let changes: Vec<_> = changes.iter().map(borrowed).collect();
            let sha = seeding::commit_changes(state.repository(&name)?, &branch, &changes, &message)?;
            state.sync()?;
            Ok(sha)
        })
        .await
    }

    /// Opens a proposal and returns its number. The head is `branch`, or `owner:branch` in a fork.
    pub async fn open_proposal(
        &self,
        name: &str,
        head: &str,
        base: &str,
        title: &str,
        author: &str,
    ) -> Result<u64, Error> {
        let [head, base, title, author] = [head, base, title, author].map(str::to_owned);
        self.on(name, move |repository| {
            let opening =
                Opening { head: &head, base: &base, title: &title, body: None, author: &author, draft: false };
            Ok(proposals::open(repository, &opening)?)
        })
        .await
    }

    /// Lands a proposal by a merge commit, and returns that commit.
    pub async fn merge(&self, name: &str, number: u64) -> Result<String, Error> {
        self.land(name, number, Method::Merge).await
    }

    /// Lands a proposal as one commit, and returns it.
    pub async fn squash(&self, name: &str, number: u64) -> Result<String, Error> {
        self.land(name, number, Method::Squash).await
    }

    /// Closes a proposal without merging it.
    pub async fn close(&self, name: &str, number: u64) -> Result<(), Error> {
        self.on(name, move |repository| {
            let at = repository.site.now();
            repository.proposal_mut(number)?.stand = Stand::Closed { at };
            Ok(())
        })
        .await
    }

    /// Approves a proposal's present head.
    pub async fn approve(&self, name: &str, number: u64, login: &str) -> Result<(), Error> {
        let login = login.to_owned();
        self.on(name, move |repository| {
            reviews::submit(repository, number, &login, "APPROVED", "")?;
            Ok(())
        })
        .await
    }

    /// Lets the next lookups of a commit's proposals come back empty, as right after a merge.
    pub async fn delay_lookups(&self, name: &str, lookups: usize) -> Result<(), Error> {
        self.on(name, move |repository| {
            repository.stale_lookups = lookups;
            Ok(())
        })
        .await
    }

    /// Returns the tip of a branch.
    pub async fn tip(&self, name: &str, branch: &str) -> Result<String, Error> {
        let branch = branch.to_owned();
        self.on(name, move |repository| {
            let tip = repository.git.branch(&branch)?;
            tip.ok_or_else(|| Error::unknown("branch", branch))
        })
        .await
    }

    /// Returns a proposal as the API shows it.
    pub async fn proposal(&self, name: &str, number: u64) -> Result<Value, Error> {
        self.on(name, move |repository| {
            let proposal = repository.proposal_mut(number)?.clone();
            pull_view::full(repository, &proposal)
        })
        .await
    }

    /// Returns the comments of an issue or proposal, oldest first.
    pub async fn comments(&self, name: &str, number: u64) -> Result<Vec<Value>, Error> {
        self.on(name, move |repository| Ok(comments::all(repository, number))).await
    }

    /// Returns the check runs of a commit, oldest first, with all annotations in `output.annotations`.
    pub async fn check_runs(&self, name: &str, sha: &str) -> Result<Vec<Value>, Error> {
        let sha = sha.to_owned();
        self.on(name, move |repository| Ok(checks::all(repository, &sha))).await
    }

    /// Returns the deployments, oldest first, each with its `statuses`, oldest first.
    pub async fn deployments(&self, name: &str) -> Result<Vec<Value>, Error> {
        self.on(name, |repository| Ok(deployments::all(repository))).await
    }

    /// Works on one repository's state.
    pub(crate) async fn on<T: Send + 'static>(
        &self,
        name: &str,
        work: impl FnOnce(&mut Repository) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let name = name.to_owned();
        self.with(move |state| work(state.repository(&name)?)).await
    }

    async fn add_repository(&self, name: &str) -> Result<Git, Error> {
        let name = name.to_owned();
        let site = Arc::clone(&self.shared.site);
        self.with(move |state| {
            let git = seeding::init(&site.root.join(format!("{name}.git")), "main")?;
            let repository = Repository::new(site, git.clone(), &name);
            state.repositories.insert(name, repository);
            Ok(git)
        })
        .await
    }

    async fn land(&self, name: &str, number: u64, method: Method) -> Result<String, Error> {
        let name = name.to_owned();
        self.with(move |state| {
            let repository = state.repository(&name)?;
            let (title, body) = pulls::default_message(repository.proposal_mut(number)?, method);
            let message = format!("{title}\n\n{body}");
            let sha = proposals::land(repository, number, method, message.trim_end(), MAINTAINER)?;
            state.sync()?;
            Ok(sha)
        })
        .await
    }
}

fn owned((path, change): &(&str, Change<'_>)) -> (String, Option<String>) {
    let content = match change {
        Change::Write(content) => Some((*content).to_owned()),
        Change::Delete => None,
    };
    ((*path).to_owned(), content)
}

fn borrowed((path, content): &(String, Option<String>)) -> (&str, Change<'_>) {
    (path, content.as_deref().map_or(Change::Delete, Change::Write))
}
