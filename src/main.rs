//! The binary: installs what is global, runs one command, prints its result.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;
use landfall::ci::Variables;
use landfall::cli::{Cli, Outcome};
use landfall::render::tera::worker;
use landfall::stop::Stop;
use landfall::talk::Talk;
use landfall_core::exit::Exit;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    // Before there are threads: that process has little memory.
    if std::env::args_os().nth(1).is_some_and(|word| word == worker::COMMAND) {
        return worker::answer();
    }
    run()
}

#[tokio::main]
async fn run() -> ExitCode {
    let cli = Cli::parse();
    log(cli.verbosity());
    landfall::bug::tell_places_only();
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        tracing::debug!("a TLS provider was installed already");
    }
    let stop = match Stop::on_signals() {
        Ok(stop) => stop,
        Err(error) => {
            tracing::warn!(%error, "signals cannot be listened to: a stop is not clean");
            Stop::default()
        }
    };
    let outcome = cli.run(Variables::of_process(), stop, std::io::stdout().is_terminal()).await;
    finish(&outcome)
}

fn finish(outcome: &Outcome) -> ExitCode {
    let mut stdout = std::io::stdout().lock();
    let written = stdout.write_all(outcome.text.as_bytes()).and_then(|()| stdout.flush());
    let exit = if written.is_ok() { outcome.exit } else { outcome.exit.max(Exit::Bug) };
    ExitCode::from(exit.code())
}

/// Talk goes to stderr: warnings always, more when asked for.
fn log(verbosity: u8) {
    let level = match verbosity {
        // Its errors come back to us, and are told once.
        0 => "warn,kube_client=off",
        1 => "landfall=info,landfall_cluster=info,warn,kube_client=off",
        2 => "landfall=debug,landfall_cluster=debug,warn,kube_client=off",
        _ => "landfall=trace,landfall_cluster=trace,info",
    };
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(level))
        .with_writer(|| Talk(std::io::stderr()))
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .init();
}
