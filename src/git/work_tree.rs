//! How the work tree differs from the commit: to tell a person, whose changes are not looked at. Reads no file's content.

use super::{Error, Repository};

impl Repository {
    /// Returns how many tracked files differ from the checkout's commit. A bare repository has none.
    pub(crate) async fn differing_files(&self) -> Result<usize, Error> {
        let status =
            ["--no-optional-locks", "status", "--porcelain", "--untracked-files=no", "--ignore-submodules=all"];
        match self.git.text(&status).await {
            Ok(text) => Ok(text.lines().count()),
            Err(Error::Failed { .. }) => Ok(0),
            Err(error) => Err(error),
        }
    }
}
