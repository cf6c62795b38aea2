//! A copy of a commit for programs that only read files. Nothing in it leads out of it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Component, Path, PathBuf};

use tempfile::TempDir;

use super::Error;
use crate::git::{BlobKind, CommitTree, TreeFile};

/// Writes every file of a commit into a folder that is removed with the returned value.
pub(super) async fn copy(tree: &CommitTree) -> Result<TempDir, Error> {
    let folder = tempfile::tempdir()?;
    for file in tree.read_all(&tree.paths_in("")).await? {
        write(folder.path(), &file)?;
    }
    Ok(folder)
}

fn write(root: &Path, file: &TreeFile) -> Result<(), Error> {
    let path = root.join(&file.path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    match file.kind {
        BlobKind::File => fs::write(path, &file.bytes)?,
        BlobKind::Link => {
            let to = String::from_utf8_lossy(&file.bytes).into_owned();
            if leads_out(&file.path, &to) {
                return Err(Error::Link { path: file.path.clone(), to });
            }
            symlink(to, path)?;
        }
    }
    Ok(())
}

/// Whether a link leaves the tree: an absolute target, or more steps up than its folder has.
fn leads_out(path: &str, to: &str) -> bool {
    let mut place: PathBuf = Path::new(path).parent().map(Path::to_owned).unwrap_or_default();
    for part in Path::new(to).components() {
        let stays = match part {
            Component::Normal(name) => {
                place.push(name);
                true
            }
            Component::CurDir => true,
            Component::ParentDir => place.pop(),
            Component::RootDir | Component::Prefix(_) => false,
        };
        if !stays {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::leads_out;

    #[test]
    fn a_link_that_leaves_the_repository_is_seen() {
        let cases = [
            ("deploy/web.yaml", "../base/web.yaml", false),
            ("deploy/web.yaml", "./other.yaml", false),
            ("web.yaml", "../secrets", true),
            ("a/b/c.yaml", "../../../etc/passwd", true),
            ("a/b/c.yaml", "../../../../etc/passwd", true),
            ("web.yaml", "/etc/passwd", true),
        ];
        for (path, to, expected) in cases {
            assert_eq!(leads_out(path, to), expected, "{path} -> {to}");
        }
    }
}
