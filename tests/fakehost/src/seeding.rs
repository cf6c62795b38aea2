//! Makes repositories and commits in place, as if somebody had pushed: no clone, no working tree.

use std::fs;
use std::path::Path;

use crate::error::Error;
use crate::git::Git;
use crate::repository::Repository;

/// What happens to one path in a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change<'a> {
    /// The file gets this content, and is created if it is missing.
    Write(&'a str),
    /// The file goes away.
    Delete,
}

/// Who makes a commit, and when.
pub(crate) struct Signature<'a> {
    pub(crate) login: &'a str,
    pub(crate) seconds: i64,
}

impl Signature<'_> {
    fn variables(&self) -> Vec<(&'static str, String)> {
        let date = format!("{} +0000", self.seconds);
        let email = format!("{}@users.example", self.login);
        vec![
            ("GIT_AUTHOR_NAME", self.login.to_owned()),
            ("GIT_AUTHOR_EMAIL", email.clone()),
            ("GIT_AUTHOR_DATE", date.clone()),
            ("GIT_COMMITTER_NAME", self.login.to_owned()),
            ("GIT_COMMITTER_EMAIL", email),
            ("GIT_COMMITTER_DATE", date),
        ]
    }
}

/// The hook that protects branches. Identities that may pass are marked by the git server.
const UPDATE_HOOK: &str = r#"#!/bin/sh
case "$1" in
refs/pull/*) echo "deny updating a hidden ref" >&2; exit 1 ;;
esac
if [ "$FAKEHOST_ADMIN" != yes ] && grep -qxF "${1#refs/heads/}" protected-branches; then
  echo "GH006: Protected branch update failed for $1." >&2
  echo "Changes must be made through a pull request." >&2
  exit 1
fi
"#;

/// Makes an empty bare repository that can be cloned, fetched by SHA, and pushed to.
pub(crate) fn init(dir: &Path, default_branch: &str) -> Result<Git, Error> {
    let what = dir.display().to_string();
    fs::create_dir_all(dir).map_err(Error::machine(what))?;
    let git = Git { dir: dir.to_owned() };
    let branch = format!("--initial-branch={default_branch}");
    git.run(&["init", "--quiet", "--bare", "--template=", &branch])?;
    for (key, value) in [
        ("http.receivepack", "true"),
        ("uploadpack.allowAnySHA1InWant", "true"),
        ("uploadpack.allowReachableSHA1InWant", "true"),
        ("uploadpack.allowFilter", "true"),
        ("gc.auto", "0"),
    ] {
        git.run(&["config", key, value])?;
    }
    write_hook(dir)?;
    write_protected(&git, &[])?;
    Ok(git)
}

/// Writes the list of protected branches that the update hook reads.
pub(crate) fn write_protected(git: &Git, branches: &[String]) -> Result<(), Error> {
    let path = git.dir.join("protected-branches");
    let text = branches.join(
        "
",
    );
    fs::write(&path, text).map_err(Error::machine(path.display().to_string()))
}

/// Commits changes on a branch, which starts at the default branch if it is new.
pub(crate) fn commit_changes(
    repository: &Repository,
    branch: &str,
    changes: &[(&str, Change<'_>)],
    message: &str,
) -> Result<String, Error> {
    let parent = start_of(repository, branch)?;
    let index = Index::new(repository)?;
    if let Some(parent) = &parent {
        index.git(&["read-tree", parent], b"")?;
    }
    let mut entries = String::new();
    for (path, change) in changes {
        let entry = match change {
            Change::Write(content) => {
                let blob = index.git(&["hash-object", "-w", "--stdin"], content.as_bytes())?;
                format!("100644 {blob}\t{path}\n")
            }
            Change::Delete => format!("0 {}\t{path}\n", "0".repeat(40)),
        };
        entries.push_str(&entry);
    }
    index.git(&["update-index", "--index-info"], entries.as_bytes())?;
    commit_index(repository, &index, branch, parent.as_deref(), message)
}

/// Commits a directory's whole content as the branch's next tree.
pub(crate) fn commit_directory(repository: &Repository, branch: &str, directory: &Path) -> Result<String, Error> {
    let parent = start_of(repository, branch)?;
    let index = Index::new(repository)?;
    let work_tree = format!("--work-tree={}", directory.display());
    index.git(&[&work_tree, "add", "--all", "--force", "."], b"")?;
    commit_index(repository, &index, branch, parent.as_deref(), "initial commit")
}

/// Makes a commit object of a tree, without moving any ref.
pub(crate) fn commit_tree(
    git: &Git,
    tree: &str,
    parents: &[&str],
    message: &str,
    signature: &Signature<'_>,
) -> Result<String, Error> {
    let mut arguments = vec!["commit-tree", tree];
    for parent in parents {
        arguments.extend(["-p", parent]);
    }
    let owned = signature.variables();
    let variables: Vec<_> = owned.iter().map(|(name, value)| (*name, value.as_str())).collect();
    git.run_with(&arguments, &variables, message.as_bytes())
}

fn start_of(repository: &Repository, branch: &str) -> Result<Option<String>, Error> {
    if let Some(tip) = repository.git.branch(branch)? {
        return Ok(Some(tip));
    }
    repository.git.branch(&repository.default_branch)
}

fn commit_index(
    repository: &Repository,
    index: &Index<'_>,
    branch: &str,
    parent: Option<&str>,
    message: &str,
) -> Result<String, Error> {
    let tree = index.git(&["write-tree"], b"")?;
    let signature = Signature { login: "dev", seconds: repository.site.tick() };
    let parents: Vec<&str> = parent.into_iter().collect();
    let sha = commit_tree(&repository.git, &tree, &parents, message, &signature)?;
    let reference = format!("refs/heads/{branch}");
    repository.git.run(&["update-ref", &reference, &sha])?;
    Ok(sha)
}

/// A throw-away index file next to the bare repository.
struct Index<'a> {
    git: &'a Git,
    directory: tempfile::TempDir,
}

impl<'a> Index<'a> {
    fn new(repository: &'a Repository) -> Result<Self, Error> {
        let directory = tempfile::tempdir_in(&repository.git.dir).map_err(Error::machine("index"))?;
        let git = &repository.git;
        Ok(Self { git, directory })
    }

    fn git(&self, arguments: &[&str], input: &[u8]) -> Result<String, Error> {
        let file = self.directory.path().join("index");
        let variables = [("GIT_INDEX_FILE", file.to_str().unwrap_or_default())];
        self.git.run_with(arguments, &variables, input)
    }
}

fn write_hook(dir: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;

    let hooks = dir.join("hooks");
    fs::create_dir_all(&hooks).map_err(Error::machine("hooks"))?;
    let hook = hooks.join("update");
    fs::write(&hook, UPDATE_HOOK).map_err(Error::machine("update hook"))?;
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).map_err(Error::machine("update hook"))
}
