//! The requests of one user, by the API server's audit log.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

use landfall_test_cluster::audit::{self, AuditedRequest};
use landfall_test_cluster::control_plane::ControlPlane;
use landfall_test_cluster::identity::Identity;

/// Reads the log from where it read last.
pub(crate) struct Requests {
    log: PathBuf,
    position: u64,
}

impl Requests {
    pub(crate) fn of(cluster: &ControlPlane) -> Requests {
        Requests { log: cluster.state_directory().join("audit.log"), position: 0 }
    }

    /// Returns the requests that the user made since the last call.
    pub(crate) fn since(&mut self, user: &Identity) -> Vec<AuditedRequest> {
        let mut file = File::open(&self.log).expect("the API server writes its audit log");
        file.seek(SeekFrom::Start(self.position)).expect("the log does not shrink");
        let mut text = String::new();
        file.read_to_string(&mut text).expect("the log is UTF-8");
        // A line that is still being written is read next time.
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        self.position += whole as u64;
        audit::read(&text[..whole]).into_iter().filter(|request| request.user == user.user()).collect()
    }
}
