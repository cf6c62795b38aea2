//! A Git repository with `landfall.yaml` and a folder of manifests, as a user has it.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::manifests;
use crate::process::{Program, run};

/// The variable that names the kubeconfig.
pub(crate) const KUBECONFIG_VARIABLE: &str = "BENCH_KUBECONFIG";

const SOURCE: &str = "deploy";

/// A checkout whose work tree is clean.
pub(crate) struct Repository {
    folder: TempDir,
    objects: usize,
}

impl Repository {
    /// Makes a repository that is deployed to a namespace.
    pub(crate) fn create(objects: usize, namespace: &str) -> Repository {
        let folder = tempfile::tempdir().expect("the temporary folder takes a folder");
        let repository = Repository { folder, objects };
        fs::create_dir(repository.source()).expect("the folder is new");
        fs::write(repository.path().join("landfall.yaml"), rules(namespace)).expect("the folder is writable");
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository.change(0);
        repository
    }

    /// Commits a revision in which the first objects differ.
    pub(crate) fn change(&self, changed: usize) {
        for (name, content) in manifests::files(self.objects, changed) {
            fs::write(self.source().join(name), content).expect("the folder is writable");
        }
        self.commit();
    }

    /// Makes the folder a kustomization of its files.
    pub(crate) fn kustomize(&self) {
        let names = manifests::files(self.objects, 0).into_iter().map(|(name, _)| format!("- {name}\n"));
        let kustomization = format!("resources:\n{}", names.collect::<String>());
        fs::write(self.source().join("kustomization.yaml"), kustomization).expect("the folder is writable");
        self.commit();
    }

    /// The root of the work tree.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of the manifests.
    pub(crate) fn source(&self) -> PathBuf {
        self.path().join(SOURCE)
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["-c", "user.name=ana", "-c", "user.email=ana@example", "commit", "--quiet", "-m", "revision"]);
    }

    fn git(&self, arguments: &[&str]) {
        run(Program::new("git", arguments).inside(self.path()), &[0]);
    }
}

fn rules(namespace: &str) -> String {
    format!(
        "app: bench\n\
         clusters:\n  test: {{kubeconfig: {{deploy: {KUBECONFIG_VARIABLE}}}}}\n\
         environments:\n  production: {{branch: main, source: {SOURCE}, target: {{cluster: test, namespace: {namespace}}}}}\n"
    )
}
