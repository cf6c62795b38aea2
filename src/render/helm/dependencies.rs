//! The charts that a chart needs: those in `charts/` as they are, folders of the commit, and listed repositories.

use std::fs;

use sha2::{Digest as _, Sha256};

use super::chart::{Chart, Home, Need, document};
use super::{FILE_NAME, INDEXES, REPOSITORIES, Run, in_copy};
use crate::render::tool::Network;
use crate::render::{Error, join};

/// How an address begins that is a folder beside the chart.
const FOLDER: &str = "file://";
const OCI: &str = "oci://";

/// Folders that need folders: more is a circle.
const DEPTH_MAX: usize = 8;

impl Run<'_> {
    /// Makes every needed chart be in `charts/` of the copy, or says which one is missing.
    pub(super) async fn provide(&self, chart: &Chart) -> Result<(), Error> {
        Box::pin(self.provide_to(chart, 0)).await
    }

    async fn provide_to(&self, chart: &Chart, depth: usize) -> Result<(), Error> {
        if let Some(error) = chart.refusal() {
            return Err(error);
        }
        let Home::Folder(folder) = &chart.home else { return Ok(()) };
        for part in &chart.parts {
            Box::pin(self.provide_to(part, depth + 1)).await?;
        }
        if chart.needs.iter().all(|need| chart.has(need)) {
            return Ok(());
        }
        for need in &chart.needs {
            let Some(beside) = self.judge(chart, folder, need)? else { continue };
            if depth < DEPTH_MAX {
                Box::pin(self.provide_to(&Chart::read(self.contents, &beside), depth + 1)).await?;
            }
        }
        self.build(chart, folder).await
    }

    /// Refuses a need that cannot be met. Returns the folder of one that is beside the chart.
    fn judge(&self, chart: &Chart, folder: &str, need: &Need) -> Result<Option<String>, Error> {
        let (asking, lock) = chart.needs_files();
        let (asking, lock) = (join(folder, asking), join(folder, lock));
        if let Some(path) = need.repository.strip_prefix(FOLDER) {
            let beside = join(folder, path);
            let inside = self.contents.inside(&beside).filter(|_| !path.starts_with('/'));
            return match inside.filter(|folder| self.contents.file(&join(folder, FILE_NAME)).is_some()) {
                Some(folder) => Ok(Some(folder)),
                None => Err(Error::Outside { path: asking, named: need.repository.clone() }),
            };
        }
        let is_listed = self.settings.repositories.contains(&need.repository);
        let help = match (is_listed, chart.locked()) {
            (true, Some(_)) => return Ok(None),
            (true, None) => format!("run `helm dependency update {folder}`, and commit {lock}: it says which version"),
            (false, _) if need.repository.is_empty() => format!("put it into {}", join(folder, "charts")),
            (false, _) => format!(
                "run `helm dependency build {folder}` and commit {}, or list {} in `render.helm.repositories`",
                join(folder, "charts"),
                need.repository
            ),
        };
        let needed = [&need.name, &need.version, &need.repository].map(String::as_str);
        let needed = needed.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        Err(Error::Dependency { chart: asking, needed, folder: join(folder, "charts"), help })
    }

    /// Lets Helm put the needed charts into the copy. It takes them from where the lock says.
    async fn build(&self, chart: &Chart, folder: &str) -> Result<(), Error> {
        let is_needed =
            |one: &Need| chart.needs.iter().any(|need| (&need.name, &need.repository) == (&one.name, &one.repository));
        if let Some(other) = chart.locked().into_iter().flatten().find(|locked| !is_needed(locked)) {
            let (asking, lock) = chart.needs_files();
            let what = format!("names the chart {} {}, and {asking} does not", other.name, other.repository);
            let help = format!("run `helm dependency update {folder}`, and commit {lock}");
            return Err(Error::Refused { path: join(folder, lock), what, help });
        }
        let path = in_copy(folder);
        let is_remote = |need: &&Need| !need.repository.starts_with(FOLDER);
        let mut network = Network::None;
        if chart.needs.iter().any(|need| is_remote(&need)) {
            network = Network::AsOurs;
            self.list_repositories()?;
        }
        self.helm(&["dependency", "build", &path], network).await?;
        let fetched = chart.needs.iter().filter(|need| is_remote(need) && !need.repository.starts_with(OCI));
        for need in fetched {
            self.check_digest(folder, need)?;
        }
        Ok(())
    }

    fn list_repositories(&self) -> Result<(), Error> {
        let listed = self.settings.repositories.iter().enumerate().filter(|(_, url)| !url.starts_with(OCI));
        let entries: Vec<_> = listed.map(|(at, url)| serde_json::json!({"name": name(at), "url": url})).collect();
        let file = self.root.join(REPOSITORIES);
        file.parent().map_or(Ok(()), fs::create_dir_all)?;
        Ok(fs::write(file, serde_json::json!({"apiVersion": "", "repositories": entries}).to_string())?)
    }

    /// Compares a fetched chart with what its repository's index says: Helm itself does not.
    fn check_digest(&self, folder: &str, need: &Need) -> Result<(), Error> {
        let refused = |why: String| Error::Dependency {
            chart: join(folder, FILE_NAME),
            needed: format!("{} {}", need.name, need.repository),
            folder: format!("{} as it must be: {why}", join(folder, "charts")),
            help: "ask who keeps that repository, or commit a chart that you trust".to_owned(),
        };
        let at = self.settings.repositories.iter().position(|url| *url == need.repository).unwrap_or_default();
        let index = fs::read_to_string(self.root.join(INDEXES).join(format!("{}-index.yaml", name(at))))?;
        let index = document(&index);
        let versions = index["entries"][&need.name].as_array().into_iter().flatten();
        for entry in versions {
            let version = entry["version"].as_str().unwrap_or_default();
            let packed = self.root.join(in_copy(folder)).join(format!("charts/{}-{version}.tgz", need.name));
            let Ok(bytes) = fs::read(packed) else { continue };
            let digest = entry["digest"].as_str().unwrap_or_default().trim_start_matches("sha256:");
            let actual = format!("{:x}", Sha256::digest(&bytes));
            return match digest {
                "" => Err(refused("its repository's index has no digest of it".to_owned())),
                digest if digest == actual => Ok(()),
                _ => Err(refused(format!("its digest is {actual}, and its repository's index says {digest}"))),
            };
        }
        Err(refused("its repository's index does not have the version that was fetched".to_owned()))
    }
}

/// Returns our name of a listed repository.
fn name(at: usize) -> String {
    format!("landfall-{at}")
}
