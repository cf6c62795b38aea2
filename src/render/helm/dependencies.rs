//! The charts that a chart needs: those in `charts/` as they are, folders of the commit, and listed repositories.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

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
        self.check_missing(chart, folder)?;
        // Helm reads these again, also where `charts/` has them.
        for need in &chart.needs {
            let Some(beside) = self.beside(chart, folder, need)? else { continue };
            if depth < DEPTH_MAX {
                Box::pin(self.provide_to(&Chart::read(self.contents, &beside), depth + 1)).await?;
            }
        }
        self.build(chart, folder).await
    }

    /// Refuses needs that cannot be met, with the next step for each.
    fn check_missing(&self, chart: &Chart, folder: &str) -> Result<(), Error> {
        let missing: Vec<&Need> = chart.needs.iter().filter(|need| !chart.has(need)).collect();
        let mut steps: Vec<(String, Vec<&Need>)> = Vec::new();
        for need in &missing {
            let Some(step) = self.step(chart, folder, need) else { continue };
            match steps.iter_mut().find(|(other, _)| *other == step) {
                Some((_, needs)) => needs.push(need),
                None => steps.push((step, vec![need])),
            }
        }
        if let [(step, needs)] = steps.as_slice() {
            return Err(refused(chart, folder, needs, step.clone()));
        }
        let unmet: Vec<&Need> = steps.iter().flat_map(|(_, needs)| needs.iter().copied()).collect();
        if !unmet.is_empty() {
            let step = |(step, needs): &(String, Vec<&Need>)| format!("for {}, {step}", names(needs).join(" and "));
            return Err(refused(chart, folder, &unmet, steps.iter().map(step).collect::<Vec<_>>().join("; ")));
        }
        // Helm fetches all of them where it fetches one.
        let unlisted = chart.needs.iter().find(|need| self.is_unlisted(need) && !need.repository.is_empty());
        let Some(Need { repository, .. }) = unlisted else { return Ok(()) };
        let charts = join(folder, "charts");
        let fetching = "Helm fetches every chart again where one is missing";
        let help = format!("commit {charts} whole, or list {repository} too in `render.helm.repositories`: {fetching}");
        Err(refused(chart, folder, &missing, help))
    }

    /// Returns what to do for a chart that is not there and cannot be fetched.
    fn step(&self, chart: &Chart, folder: &str, need: &Need) -> Option<String> {
        let charts = join(folder, "charts");
        if !self.is_unlisted(need) {
            let lock = join(folder, chart.needs_files().1);
            let update = || format!("run `helm dependency update {folder}`, and commit {lock}: it says which version");
            let is_locked = need.repository.starts_with(FOLDER) || chart.locked().is_some();
            return (!is_locked).then(update);
        }
        if need.repository.is_empty() {
            return Some(format!("put it into {charts}"));
        }
        let list = format!("list {} in `render.helm.repositories`", need.repository);
        Some(format!("run `helm dependency build {folder}` and commit {charts}, or {list}"))
    }

    /// Whether a chart comes neither from the commit nor from a listed repository.
    fn is_unlisted(&self, need: &Need) -> bool {
        !need.repository.starts_with(FOLDER) && !self.settings.repositories.contains(&need.repository)
    }

    /// Returns the folder of a needed chart that is beside the chart.
    fn beside(&self, chart: &Chart, folder: &str, need: &Need) -> Result<Option<String>, Error> {
        let Some(path) = need.repository.strip_prefix(FOLDER) else { return Ok(None) };
        let inside = self.contents.inside(&join(folder, path)).filter(|_| !path.starts_with('/'));
        match inside.filter(|folder| self.contents.file(&join(folder, FILE_NAME)).is_some()) {
            Some(folder) => Ok(Some(folder)),
            None => Err(Error::Outside { path: join(folder, chart.needs_files().0), named: need.repository.clone() }),
        }
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
        let aside = Aside::put(&self.root.join(&path))?;
        self.helm(&["dependency", "build", &path], network).await?;
        aside.map_or(Ok(()), Aside::back)?;
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
            needed: format!("the chart {} {}, which is", need.name, need.repository),
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

/// The list of files that a chart leaves out, put aside: a lock on it would not be followed.
struct Aside(PathBuf, PathBuf);

impl Aside {
    fn put(chart: &Path) -> Result<Option<Self>, Error> {
        let aside = Self(chart.join(".helmignore"), chart.join(".helmignore.aside"));
        match fs::rename(&aside.0, &aside.1) {
            Ok(()) => Ok(Some(aside)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn back(self) -> Result<(), Error> {
        Ok(fs::rename(self.1, self.0)?)
    }
}

fn refused(chart: &Chart, folder: &str, needs: &[&Need], help: String) -> Error {
    let needed = match names(needs).as_slice() {
        [one] => format!("the chart {one}, which is"),
        several => format!("the charts {}, which are", several.join(" and ")),
    };
    Error::Dependency { chart: join(folder, chart.needs_files().0), needed, folder: join(folder, "charts"), help }
}

/// Returns each chart's name, version and repository, once.
fn names(needs: &[&Need]) -> Vec<String> {
    let mut names = Vec::new();
    for need in needs {
        let parts = [&need.name, &need.version, &need.repository].map(String::as_str);
        let name = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Returns our name of a listed repository.
fn name(at: usize) -> String {
    format!("landfall-{at}")
}
