//! Who talks to the API server.
//!
//! What each may do is in `manifests/identities.yaml`.

/// A user of the test cluster, known by a client certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// May do everything; what a test uses to arrange and to look.
    Admin,
    /// Reads everything except secrets, and writes dry runs only.
    Planner,
    /// Does everything in the namespaces of [`crate::namespace`], and creates namespaces and CRDs.
    Deployer,
    /// Does everything everywhere, for a deployment that brings its own namespace.
    ClusterDeployer,
    /// Someone else, whose rights the test grants.
    Other {
        /// The user's name.
        user: String,
        /// The one group of the user.
        group: String,
    },
}

impl Identity {
    /// Returns the name under which the audit log shows the identity.
    pub fn user(&self) -> &str {
        match self {
            Identity::Admin => "landfall-admin",
            Identity::Planner => "landfall-planner",
            Identity::Deployer => "landfall-deployer",
            Identity::ClusterDeployer => "landfall-cluster-deployer",
            Identity::Other { user, .. } => user,
        }
    }

    pub(crate) fn group(&self) -> &str {
        match self {
            Identity::Admin => "system:masters",
            Identity::Planner => "landfall:plan",
            Identity::Deployer => "landfall:deploy",
            Identity::ClusterDeployer => "landfall:deploy-everywhere",
            Identity::Other { group, .. } => group,
        }
    }
}
