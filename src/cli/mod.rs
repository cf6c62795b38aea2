//! The command line: what may be asked, and which report answers it. Prints nothing.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use landfall_core::exit::Exit;
use landfall_core::report::{self, Color, Options, Report};
use landfall_core::rules;

use crate::ci::{self, RunContext, Variables};
use crate::failure::Failure;
use crate::pipeline::{self, Against, Run};
use crate::publish::Publisher;
use crate::stop::Stop;

/// When a branch lands, its cluster follows.
///
/// Plans on the pull request, applies after the merge, waits until it runs, and reports the outcome.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    options: Common,
}

/// What every command takes.
#[derive(Args)]
struct Common {
    /// The rules, from the repository's root.
    #[arg(long, global = true, default_value = rules::PATH, env = "LANDFALL_CONFIG")]
    config: String,
    /// Only this environment.
    #[arg(short, long, global = true, env = "LANDFALL_ENVIRONMENT")]
    environment: Option<String>,
    /// A folder of the repository.
    #[arg(long, global = true, default_value = ".")]
    repo: PathBuf,
    /// The file with the CI event, instead of the one that the host names.
    #[arg(long, global = true)]
    event_file: Option<PathBuf>,
    /// The address of the host's API, instead of the one that the host names.
    #[arg(long, global = true)]
    api_url: Option<String>,
    /// How the result is printed.
    #[arg(long, global = true, value_enum, default_value_t)]
    format: Format,
    /// Whether results are coloured.
    #[arg(long, global = true, value_enum, default_value_t)]
    color: When,
    /// Tell more on stderr; twice for every request.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

#[derive(Subcommand)]
enum Command {
    /// Do what the CI event asks for: plan, deploy, or nothing.
    Ci,
    /// Show what a deploy of the current commit would change.
    Plan {
        /// Compare with what --base renders, and ask no cluster.
        #[arg(long)]
        offline: bool,
        /// The revision to compare with, for --offline.
        #[arg(long, requires = "offline")]
        base: Option<String>,
    },
    /// Deploy the current commit.
    Deploy {
        /// Why it is deployed by hand: a shell cannot prove that the branch is protected.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Print the objects as they would be sent. Asks no cluster.
    Render,
    /// Check the rules and render every environment. Asks no cluster.
    Check,
    /// Print the JSON schema of landfall.yaml.
    Schema,
}

/// How a result is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people at a terminal.
    #[default]
    Text,
    /// For programs: versioned, with every detail.
    Json,
    /// For a comment.
    Markdown,
}

/// Whether results are coloured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum When {
    /// On a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What a command prints, and how it ends.
pub struct Outcome {
    /// For stdout.
    pub text: String,
    /// For the shell.
    pub exit: Exit,
}

impl Cli {
    /// How much is told on stderr.
    pub fn verbosity(&self) -> u8 {
        self.options.verbose
    }

    /// Runs the command.
    pub async fn run(self, variables: Variables, stop: Stop, is_terminal: bool) -> Outcome {
        let options = &self.options;
        match &self.command {
            Command::Ci => self.ci(&variables, stop, is_terminal).await,
            Command::Schema => done(format!("{:#}\n", rules::schema())),
            Command::Plan { offline, base } => {
                let against = if *offline { Against::Base } else { Against::Cluster };
                let run = options.run_at_shell(&variables, stop);
                options.print(&pipeline::shell_plan(&run, against, base.as_deref()).await, is_terminal)
            }
            Command::Deploy { reason } => {
                let run = options.run_at_shell(&variables, stop);
                options.print(&pipeline::shell_deploy(&run, reason.as_deref()).await, is_terminal)
            }
            Command::Render => {
                let run = options.run_at_shell(&variables, stop);
                options.rendered(pipeline::render(&run, None).await, &run, is_terminal)
            }
            Command::Check => {
                let run = options.run_at_shell(&variables, stop);
                options.print(&pipeline::check(&run).await, is_terminal)
            }
        }
    }

    async fn ci(&self, variables: &Variables, stop: Stop, is_terminal: bool) -> Outcome {
        let options = &self.options;
        let (trigger, context) = match ci::read(variables, &options.repo, options.event_file.as_deref()) {
            Ok(read) => read,
            Err(error) => {
                let run = options.run_at_shell(variables, stop);
                return options.print(&pipeline::failed(&run, &error.into()), is_terminal);
            }
        };
        let run = options.run(context, stop);
        let mut publisher = Publisher::new(&run.context, &trigger);
        let environments = pipeline::environments(&run, &trigger).await;
        let started = publisher.start(&trigger, &environments).await;
        let report = pipeline::ci(&run, &trigger).await;
        let report = publisher.finish(report, &trigger, started).await;
        options.print(&report, is_terminal)
    }
}

impl Common {
    fn run_at_shell(&self, variables: &Variables, stop: Stop) -> Run {
        self.run(ci::shell(variables, &self.repo), stop)
    }

    fn run(&self, mut context: RunContext, stop: Stop) -> Run {
        if let (Some(host), Some(url)) = (&mut context.host, &self.api_url) {
            url.trim_end_matches('/').clone_into(&mut host.api_url);
        }
        Run { context, config: self.config.clone(), environment: self.environment.clone(), stop }
    }

    fn print(&self, report: &Report, is_terminal: bool) -> Outcome {
        let color = match (self.color, is_terminal) {
            (When::Always, _) | (When::Auto, true) => Color::Always,
            (When::Never, _) | (When::Auto, false) => Color::Never,
        };
        let text = match self.format {
            Format::Text => report::text(report, color),
            Format::Json => format!("{:#}\n", report::json(report)),
            Format::Markdown => report::markdown(report, &Options::default()),
        };
        Outcome { text, exit: report::exit(report) }
    }

    fn rendered(&self, objects: Result<Vec<serde_json::Value>, Failure>, run: &Run, is_terminal: bool) -> Outcome {
        match objects {
            Ok(objects) if self.format == Format::Json => done(format!("{:#}\n", serde_json::Value::from(objects))),
            Ok(objects) => done(yaml(&objects)),
            Err(failure) => self.print(&pipeline::failed(run, &failure), is_terminal),
        }
    }
}

fn done(text: String) -> Outcome {
    Outcome { text, exit: Exit::Done }
}

fn yaml(objects: &[serde_json::Value]) -> String {
    let documents = objects.iter().map(|object| serde_saphyr::to_string(object).unwrap_or_default());
    documents.fold(String::new(), |text, document| text + "---\n" + &document)
}
