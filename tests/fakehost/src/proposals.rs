//! Proposals (pull requests): opening, landing, and keeping `refs/pull/N/{head,merge}` true.
//!
//! As on GitHub, `base.sha` is noted when the head moves, so it lags behind a base branch that moves later.

use std::path::PathBuf;

use crate::answer::Refusal;
use crate::error::Error;
use crate::merging::{Method, merge_commit, squash_commit};
use crate::repository::Repository;

/// Where a proposal stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stand {
    Open,
    Closed { at: String },
    Merged { at: String, by: String, sha: String },
}

/// A request to merge one branch into another.
#[derive(Debug, Clone)]
pub(crate) struct Proposal {
    pub(crate) number: u64,
    pub(crate) title: String,
    pub(crate) body: Option<String>,
    pub(crate) author: String,
    pub(crate) draft: bool,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
    pub(crate) stand: Stand,
    /// The full name of the repository that holds the head branch.
    pub(crate) head_repository: String,
    pub(crate) head_branch: String,
    pub(crate) head_sha: String,
    pub(crate) base_branch: String,
    pub(crate) base_sha: String,
    pub(crate) test_merge: TestMerge,
}

/// The merge that would happen now, of exactly these two commits.
#[derive(Debug, Clone, Default)]
pub(crate) struct TestMerge {
    base: String,
    head: String,
    /// `None` when they conflict.
    pub(crate) sha: Option<String>,
}

/// What is needed to open a proposal.
pub(crate) struct Opening<'a> {
    /// `branch`, or `owner:branch` for a fork.
    pub(crate) head: &'a str,
    pub(crate) base: &'a str,
    pub(crate) title: &'a str,
    pub(crate) body: Option<&'a str>,
    pub(crate) author: &'a str,
    pub(crate) draft: bool,
}

impl Proposal {
    pub(crate) fn is_open(&self) -> bool {
        self.stand == Stand::Open
    }

    pub(crate) fn is_from_fork(&self, repository: &Repository) -> bool {
        self.head_repository != repository.full_name
    }

    /// Returns the commit that put the proposal on its base branch.
    pub(crate) fn landed_as(&self) -> Option<&str> {
        match &self.stand {
            Stand::Merged { sha, .. } => Some(sha),
            Stand::Open | Stand::Closed { .. } => None,
        }
    }
}

/// Opens a proposal and returns its number.
pub(crate) fn open(repository: &mut Repository, opening: &Opening<'_>) -> Result<u64, Refusal> {
    let (head_repository, head_branch) = split_head(repository, opening.head);
    let invalid = |field| Refusal::field("PullRequest", field, "invalid", &format!("{field} is invalid"));
    let base_sha = repository.git.branch(opening.base)?.ok_or_else(|| invalid("base"))?;
    let head_sha = fetch_head(repository, &head_repository, &head_branch)?.ok_or_else(|| invalid("head"))?;
    refuse_duplicate(repository, &head_repository, &head_branch, opening.base)?;
    if repository.git.is_ancestor(&head_sha, &base_sha)? {
        let message = format!("No commits between {} and {head_branch}", opening.base);
        return Err(Refusal::field("PullRequest", "head", "custom", &message));
    }
    let number = repository.next_number();
    let now = repository.site.now();
    repository.proposals.push(Proposal {
        number,
        title: opening.title.to_owned(),
        body: opening.body.map(str::to_owned),
        author: opening.author.to_owned(),
        draft: opening.draft,
        created_at: now.clone(),
        updated_at: now,
        stand: Stand::Open,
        head_repository,
        head_branch,
        head_sha,
        base_branch: opening.base.to_owned(),
        base_sha,
        test_merge: TestMerge::default(),
    });
    sync(repository)?;
    Ok(number)
}

/// Lands an open proposal on its base branch, and returns the new commit.
pub(crate) fn land(
    repository: &mut Repository,
    number: u64,
    method: Method,
    message: &str,
    by: &str,
) -> Result<String, Refusal> {
    let proposal = repository.proposal_mut(number)?.clone();
    let not_mergeable = || Refusal::NotMergeable("Pull Request is not mergeable".to_owned());
    if !proposal.is_open() || proposal.draft {
        return Err(not_mergeable());
    }
    let base = repository.git.branch(&proposal.base_branch)?.ok_or_else(not_mergeable)?;
    let made = match method {
        Method::Merge => merge_commit(repository, &base, &proposal.head_sha, message)?,
        Method::Squash => squash_commit(repository, &base, &proposal.head_sha, message)?,
    };
    let sha = made.ok_or_else(not_mergeable)?;
    let reference = format!("refs/heads/{}", proposal.base_branch);
    repository.git.run(&["update-ref", &reference, &sha, &base])?;
    mark_merged(repository, number, by, &sha)?;
    sync(repository)?;
    Ok(sha)
}

/// Brings every open proposal up to date with the branches in git.
pub(crate) fn sync(repository: &mut Repository) -> Result<(), Refusal> {
    let open = repository.proposals.iter().filter(|proposal| proposal.is_open());
    for number in open.map(|proposal| proposal.number).collect::<Vec<_>>() {
        sync_one(repository, number)?;
    }
    Ok(())
}

fn sync_one(repository: &mut Repository, number: u64) -> Result<(), Refusal> {
    let proposal = repository.proposal_mut(number)?.clone();
    let head = fetch_head(repository, &proposal.head_repository, &proposal.head_branch)?;
    let base = repository.git.branch(&proposal.base_branch)?;
    let (Some(head), Some(base)) = (head, base) else {
        let at = repository.site.now();
        repository.proposal_mut(number)?.stand = Stand::Closed { at };
        return Ok(());
    };
    let head_reference = format!("refs/pull/{number}/head");
    repository.git.run(&["update-ref", &head_reference, &head])?;
    if repository.git.is_ancestor(&head, &base)? {
        return mark_merged(repository, number, "web-flow", &base);
    }
    if head != proposal.head_sha {
        let now = repository.site.now();
        let proposal = repository.proposal_mut(number)?;
        proposal.head_sha.clone_from(&head);
        proposal.base_sha.clone_from(&base);
        proposal.updated_at = now;
    }
    update_test_merge(repository, number, &base, &head)
}

fn update_test_merge(repository: &mut Repository, number: u64, base: &str, head: &str) -> Result<(), Refusal> {
    let known = &repository.proposal_mut(number)?.test_merge;
    if known.base == base && known.head == head {
        return Ok(());
    }
    let sha = merge_commit(repository, base, head, &format!("Merge {head} into {base}"))?;
    let reference = format!("refs/pull/{number}/merge");
    match &sha {
        Some(sha) => repository.git.run(&["update-ref", &reference, sha])?,
        None => repository.git.run(&["update-ref", "-d", &reference])?,
    };
    repository.proposal_mut(number)?.test_merge = TestMerge { base: base.to_owned(), head: head.to_owned(), sha };
    Ok(())
}

fn mark_merged(repository: &mut Repository, number: u64, by: &str, sha: &str) -> Result<(), Refusal> {
    let at = repository.site.now();
    let proposal = repository.proposal_mut(number)?;
    proposal.updated_at.clone_from(&at);
    let (by, sha) = (by.to_owned(), sha.to_owned());
    proposal.stand = Stand::Merged { at, by, sha };
    Ok(())
}

/// Returns the head branch's tip, after its commits are copied here if it lives in a fork.
fn fetch_head(repository: &Repository, from: &str, branch: &str) -> Result<Option<String>, Error> {
    if from == repository.full_name {
        return repository.git.branch(branch);
    }
    let fork = crate::git::Git { dir: git_dir(repository, from) };
    if !fork.dir.is_dir() {
        return Ok(None);
    }
    let Some(tip) = fork.branch(branch)? else {
        return Ok(None);
    };
    let directory = fork.dir.display().to_string();
    let reference = format!("refs/heads/{branch}");
    repository.git.run(&["fetch", "--quiet", "--no-tags", &directory, &reference])?;
    Ok(Some(tip))
}

fn git_dir(repository: &Repository, full_name: &str) -> PathBuf {
    repository.site.root.join(format!("{full_name}.git"))
}

/// Splits `owner:branch`; a fork has the same name under its owner.
fn split_head(repository: &Repository, head: &str) -> (String, String) {
    let Some((owner, branch)) = head.split_once(':') else {
        return (repository.full_name.clone(), head.to_owned());
    };
    let name = repository.full_name.split_once('/').map_or("", |(_, name)| name);
    (format!("{owner}/{name}"), branch.to_owned())
}

fn refuse_duplicate(repository: &Repository, from: &str, branch: &str, base: &str) -> Result<(), Refusal> {
    let same = |proposal: &&Proposal| {
        proposal.is_open()
            && proposal.head_repository == from
            && proposal.head_branch == branch
            && proposal.base_branch == base
    };
    if repository.proposals.iter().find(same).is_none() {
        return Ok(());
    }
    let owner = crate::repository::owner_of(from);
    let message = format!("A pull request already exists for {owner}:{branch}.");
    Err(Refusal::field("PullRequest", "head", "custom", &message))
}
