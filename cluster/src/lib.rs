//! The only crate that knows Kubernetes' API.
//!
//! A [`Reader`] asks and dry-runs; its HTTP layer refuses anything that could change the cluster.
//! A [`Writer`] writes, and is made only from an approved plan and a held [`Lock`].

mod absence;
mod answer;
mod channel;
mod connect;
mod denial;
mod error;
mod facts;
mod lease;
mod path;
mod read_only;
mod reader;
mod session;
mod watch;
mod writer;

pub use answer::Answer;
pub use connect::Connection;
pub use error::{Error, Refused};
pub use facts::Facts;
pub use lease::{Claim, Holder, Lock};
pub use reader::{Listing, Reader};
pub use watch::{Place, Watch};
pub use writer::Writer;
