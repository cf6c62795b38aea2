//! What a job left behind.

/// A job that has ended.
#[derive(Debug, Clone)]
pub struct Job {
    /// The exit code; -1 when a signal ended it.
    pub code: i32,
    /// What it printed on stdout.
    pub stdout: String,
    /// What it printed on stderr.
    pub stderr: String,
    /// The job summary that it wrote.
    pub summary: String,
    /// The step outputs that it wrote.
    pub outputs: String,
}

impl Job {
    /// Returns everything that anybody can read of the job.
    pub fn everything(&self) -> String {
        [&self.stdout, &self.stderr, &self.summary, &self.outputs].map(String::as_str).join("\n")
    }
}
