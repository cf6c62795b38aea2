//! The command line: what may be asked, and which report answers it. Prints nothing.

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use landfall_cluster::Facts;
use landfall_core::exit::Exit;
use landfall_core::plan::Allowance;
use landfall_core::report::{self, Color, Options, Report};
use landfall_core::rules;
use serde_json::Value;

use crate::bug::caught;
use crate::ci::{self, RunContext, Variables};
use crate::failure::{Failure, Usage};
use crate::pipeline::{self, Against, Explained, Run};
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
    /// What the cluster serves, for work without it: the output of `kubectl api-resources -o json`.
    #[arg(long, global = true)]
    facts: Option<PathBuf>,
    /// A program that `render.command` of the rules may run here; in a deploy's or proposal's job the rules say so alone.
    #[arg(long, global = true, value_name = "PROGRAM")]
    allow_command: Vec<String>,
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
        /// An object that may be made anew or deleted though that loses something; with --reason.
        #[arg(long, value_name = "KIND/NAME=replace|delete", requires = "reason")]
        allow: Vec<Allowance>,
    },
    /// Show who owns each field of an object, since when, which line of Git sets it, and what a deploy would do.
    Explain {
        /// The object, as in `Deployment/web`.
        #[arg(value_name = "KIND/NAME")]
        object: String,
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

/// What a command came to, before it is text.
enum Answer {
    Report(Box<Report>),
    Objects(Vec<Value>),
    Explained(Vec<Explained>),
    Schema(Value),
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
        let mut run = options.run_of(ci::shell(&variables, &options.repo), stop);
        match caught(Box::pin(self.answer(&variables, &mut run))).await.map_err(Failure::from).flatten() {
            Ok(Answer::Report(report)) => options.print(&report, is_terminal),
            Ok(Answer::Objects(objects)) if options.format == Format::Json => done(json(&Value::from(objects))),
            Ok(Answer::Objects(objects)) => done(yaml(&objects)),
            Ok(Answer::Explained(explained)) => done(options.explained(&explained, is_terminal)),
            Ok(Answer::Schema(schema)) => done(json(&schema)),
            Err(failure) => options.print(&pipeline::failed(&run, &failure), is_terminal),
        }
    }

    async fn answer(&self, variables: &Variables, run: &mut Run) -> Result<Answer, Failure> {
        run.facts = self.options.facts.as_deref().map(facts).transpose()?;
        Ok(match &self.command {
            Command::Ci => Answer::Report(Box::new(self.ci(variables, run).await?)),
            Command::Schema => Answer::Schema(rules::schema()),
            Command::Plan { offline, base } => {
                let against = if *offline { Against::Base } else { Against::Cluster };
                Answer::Report(Box::new(pipeline::shell_plan(run, against, base.as_deref()).await))
            }
            Command::Deploy { reason, allow } => {
                run.allowed.clone_from(allow);
                Answer::Report(Box::new(pipeline::shell_deploy(run, reason.as_deref()).await))
            }
            Command::Explain { object } => Answer::Explained(pipeline::explain(run, object).await?),
            Command::Render => Answer::Objects(pipeline::render(run).await?),
            Command::Check => Answer::Report(Box::new(pipeline::check(run).await)),
        })
    }

    async fn ci(&self, variables: &Variables, run: &mut Run) -> Result<Report, Failure> {
        let options = &self.options;
        let (trigger, context) = ci::read(variables, &options.repo, options.event_file.as_deref())?;
        run.context = options.at_host(context);
        let mut publisher = Publisher::new(&run.context, &trigger);
        let environments = pipeline::environments(run, &trigger).await;
        let started = publisher.start(&trigger, &environments).await;
        let report = pipeline::ci(run, &trigger).await;
        Ok(publisher.finish(report, &trigger, started).await)
    }
}

impl Common {
    fn run_of(&self, context: RunContext, stop: Stop) -> Run {
        let (config, environment) = (self.config.clone(), self.environment.clone());
        Run {
            context,
            config,
            environment,
            facts: None,
            commands: self.allow_command.clone(),
            allowed: Vec::new(),
            stop,
        }
    }

    /// Puts `--api-url` in place of the address that the host names.
    fn at_host(&self, mut context: RunContext) -> RunContext {
        if let (Some(host), Some(url)) = (&mut context.host, &self.api_url) {
            url.trim_end_matches('/').clone_into(&mut host.api_url);
        }
        context
    }

    fn color(&self, is_terminal: bool) -> Color {
        match (self.color, is_terminal) {
            (When::Always, _) | (When::Auto, true) => Color::Always,
            (When::Never, _) | (When::Auto, false) => Color::Never,
        }
    }

    fn explained(&self, explained: &[Explained], is_terminal: bool) -> String {
        if self.format == Format::Json {
            return json(&explained.iter().map(Explained::to_json).collect());
        }
        let color = self.color(is_terminal);
        let texts: Vec<String> = explained.iter().map(|it| report::explanation(&it.told(), color)).collect();
        texts.join("\n")
    }

    fn print(&self, report: &Report, is_terminal: bool) -> Outcome {
        let color = self.color(is_terminal);
        let text = match self.format {
            Format::Text => report::text(report, color),
            Format::Json => json(&report::json(report)),
            Format::Markdown => report::markdown(report, &Options::default()),
        };
        Outcome { text, exit: report::exit(report) }
    }
}

/// Reads what a cluster serves from a file.
fn facts(path: &Path) -> Result<Facts, Failure> {
    let wrong = |why: String| Usage::Facts { path: path.display().to_string(), why };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    Ok(Facts::read(&text).map_err(|error| wrong(error.to_string()))?)
}

fn json(value: &Value) -> String {
    format!("{value:#}\n")
}

fn done(text: String) -> Outcome {
    Outcome { text, exit: Exit::Done }
}

fn yaml(objects: &[Value]) -> String {
    let documents = objects.iter().map(|object| serde_saphyr::to_string(object).unwrap_or_default());
    documents.fold(String::new(), |text, document| text + "---\n" + &document)
}
