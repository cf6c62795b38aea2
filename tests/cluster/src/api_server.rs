//! The process of an API server, which can be killed and come back with the same address, flags and data.

use std::process::Command;

use crate::boot::wait_until;
use crate::state::State;
use crate::supervisor::Supervisor;

pub(crate) struct ApiServer {
    command: Vec<String>,
    process: u32,
}

impl ApiServer {
    pub(crate) fn start(supervisor: &mut Supervisor, command: Vec<String>, state: &State) -> ApiServer {
        let process = supervisor.run(&command, &state.path("kube-apiserver.log"));
        ApiServer { command, process }
    }

    /// Returns what kills the process that runs now.
    pub(crate) fn killer(&self) -> impl Fn() + Send + Sync + use<> {
        let process = self.process;
        move || {
            signal(process, "KILL");
        }
    }

    /// Waits until somebody has killed it, and starts it again.
    pub(crate) async fn revive(&mut self, supervisor: &mut Supervisor, state: &State) {
        let process = self.process;
        wait_until("the API server is killed", state, async || !signal(process, "0")).await;
        *self = ApiServer::start(supervisor, std::mem::take(&mut self.command), state);
    }
}

/// Sends a signal, and tells whether there was somebody to get it.
fn signal(process: u32, name: &str) -> bool {
    let sent = Command::new("kill").args(["-s", name, &process.to_string()]).output();
    sent.is_ok_and(|output| output.status.success())
}
