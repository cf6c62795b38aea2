//! Runs the fake host by itself, for demos and examples, until it is killed.
//!
//! It makes no repository unless told to: `--repository acme/shop=DIR` puts a directory's content on `main`.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Parser;
use landfall_fakehost::{Error, FakeHost, Permissions};

/// A local git host with GitHub's REST API.
#[derive(Debug, Parser)]
#[command(name = "landfall-fakehost")]
struct Arguments {
    /// Where the bare repositories are kept.
    #[arg(long, value_name = "DIR")]
    root: PathBuf,
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Makes a repository from a directory, as `owner/name=DIR`.
    #[arg(long, value_name = "NAME=DIR")]
    repository: Vec<String>,
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let arguments = Arguments::parse();
    let host = FakeHost::listen(arguments.listen, &arguments.root)?;
    for repository in &arguments.repository {
        let (name, directory) = repository.split_once('=').unwrap_or((repository, "."));
        host.repository_from(name, Path::new(directory)).await?;
    }
    let bot = host.token("github-actions[bot]", Permissions::write());
    let admin = host.token("admin", Permissions::admin());
    say(&format!("url {}\napi {}\nbot-token {bot}\nadmin-token {admin}", host.url(), host.api_url()));
    std::future::pending::<()>().await;
    Ok(())
}

fn say(text: &str) {
    // Whoever started the host may have closed the pipe; the host goes on.
    let _ = writeln!(io::stdout(), "{text}");
}
