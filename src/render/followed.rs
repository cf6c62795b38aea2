//! Files of a commit through their links, where few of its files are read: nothing that a link leads out to.

use super::Error;
use super::links::{End, Links};
use crate::git::{BlobKind, CommitTree, TreeFile};

/// Reads files. A link is read as the file that it leads to.
pub(super) async fn read(tree: &CommitTree, paths: &[String]) -> Result<Vec<TreeFile>, Error> {
    let mut files = tree.read_all(paths).await?;
    for file in files.iter_mut().filter(|file| file.kind == BlobKind::Link) {
        *file = end(tree, file).await?;
    }
    Ok(files)
}

async fn end(tree: &CommitTree, link: &TreeFile) -> Result<TreeFile, Error> {
    let links = Links::of(&tree.links().await?);
    links.check(link)?;
    let found = match links.end(&link.path) {
        End::At(end) => tree.read_all(&[end]).await?.pop(),
        End::Outside | End::Nowhere => None,
    };
    // It keeps its own path: a template is known by that.
    found.map(|file| TreeFile { path: link.path.clone(), ..file }).ok_or_else(|| {
        let what = format!("is a link to {}, which is no file of the commit", String::from_utf8_lossy(&link.bytes));
        let help = "commit the file that it leads to, or delete the link".to_owned();
        Error::Refused { path: link.path.clone(), what, help }
    })
}
