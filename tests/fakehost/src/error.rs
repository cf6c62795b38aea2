//! What can go wrong inside the host itself. A refusal that a client sees is an `answer::Refusal`.

use std::io;

/// The host could not do its job, or a story named something that does not exist.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A git command ended with an error.
    #[error("git {arguments}: {stderr}")]
    Git {
        /// The arguments after `git`.
        arguments: String,
        /// What git wrote to its standard error.
        stderr: String,
    },
    /// The machine refused a file, a process, or a port.
    #[error("{what}: {source}")]
    Machine {
        /// The file, process, or address.
        what: String,
        /// The operating system's reason.
        source: io::Error,
    },
    /// A story asked for something that only an HTTP client may hear "no" about.
    #[error("the host answered {status}: {message}")]
    Refused {
        /// The HTTP status that a client would have got.
        status: u16,
        /// The host's message.
        message: String,
    },
    /// The story names a repository, branch, or proposal which is not there.
    #[error("no such {what}: {name}")]
    Unknown {
        /// The kind of thing.
        what: &'static str,
        /// Its name in the story.
        name: String,
    },
}

impl Error {
    pub(crate) fn machine(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Machine { what, source }
    }

    pub(crate) fn unknown(what: &'static str, name: impl Into<String>) -> Self {
        Self::Unknown { what, name: name.into() }
    }
}
