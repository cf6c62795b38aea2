//! Asks what must hold after everything is ready, until it does or its time is up. Judged by core `verify`.

use std::time::Duration;

use landfall_cluster::Writer;
use landfall_core::diff::redact::Redactor;
use landfall_core::id::CommitSha;
use landfall_core::rules::filled_text;
use landfall_core::verify::{Asked, Failed, Http, Judgement, Question, Verification};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use crate::clock::Stopwatch;
use crate::http;
use crate::progress::Progress;
use crate::stop::Stop;

/// Between two questions.
const ASK_AGAIN_SECONDS: u64 = 2;

/// Most bytes of an answer that are read: a page of health says enough in them, and somebody else writes them.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// What is asked, and how.
pub(crate) struct Verify<'a> {
    pub(crate) verifications: &'a [Verification],
    /// What `{{ commit }}` is filled with.
    pub(crate) commit: &'a CommitSha,
    /// The tokens, by the variables that the rules name.
    pub(crate) token: &'a (dyn Fn(&str) -> Option<SecretString> + Sync),
    pub(crate) redactor: &'a Redactor,
    pub(crate) progress: &'a Progress,
    pub(crate) stop: &'a Stop,
    /// Whose lock a newer run may ask for.
    pub(crate) gives_way: &'a Writer,
}

/// How it ended.
pub(crate) enum Verified {
    /// Everything holds.
    Held,
    /// This does not.
    Failed(Failed),
    /// A newer commit's run asks for the target.
    GaveWay {
        /// The newer commit.
        to: CommitSha,
    },
    /// The run was asked to stop.
    Stopped,
}

/// What was last heard.
#[derive(Default)]
struct Heard {
    why: String,
    answer: String,
}

/// Asks everything, one after the other. The first that does not hold decides.
pub(crate) async fn verify(verify: &Verify<'_>) -> Verified {
    for verification in verify.verifications {
        // A Job was deployed and waited for.
        let Verification::Asked(asked) = verification else { continue };
        match one(verify, &filled(asked, verify.commit)).await {
            Verified::Held => verify.progress.moment(format!("verified: `{}`", asked.question.url())),
            ended => return ended,
        }
    }
    Verified::Held
}

fn filled(asked: &Asked, commit: &CommitSha) -> Asked {
    let mut asked = asked.clone();
    if let Question::Http(Http { contains: Some(text), .. }) = &mut asked.question {
        *text = filled_text(text, commit);
    }
    asked
}

/// Asks until every answer was good for long enough.
async fn one(verify: &Verify<'_>, asked: &Asked) -> Verified {
    let (needed, limit) = (Duration::from_secs(asked.for_seconds), Duration::from_secs(asked.timeout_seconds));
    let started = Stopwatch::start();
    let mut good: Option<Stopwatch> = None;
    let mut heard = Heard::default();
    loop {
        if verify.stop.is_asked() {
            return Verified::Stopped;
        }
        if let Some(to) = verify.gives_way.newer() {
            return Verified::GaveWay { to };
        }
        let answer = ask(verify, asked).await;
        let judgement = match &answer {
            Ok((status, body)) => asked.question.judge(*status, body),
            Err(why) => Judgement::Bad { why: why.clone() },
        };
        let body = answer.map(|(_, body)| body).unwrap_or_default();
        match judgement {
            Judgement::Good if good.get_or_insert_with(Stopwatch::start).elapsed() >= needed => return Verified::Held,
            Judgement::Good => {}
            Judgement::Hopeless { why } => return failed(verify, asked, &Heard { why, answer: body }),
            Judgement::Bad { why } => {
                good = None;
                if why != heard.why {
                    verify.progress.line(&safe(verify, asked, &format!("`{}`: {why}", asked.question.url())));
                }
                heard = Heard { why, answer: body };
            }
        }
        // What is good since too short a time has not failed yet.
        if started.elapsed() >= limit && good.is_none() {
            return failed(verify, asked, &heard);
        }
        tokio::time::sleep(Duration::from_secs(ASK_AGAIN_SECONDS)).await;
    }
}

fn failed(verify: &Verify<'_>, asked: &Asked, heard: &Heard) -> Verified {
    let (why, answer) = (safe(verify, asked, &heard.why), safe(verify, asked, &heard.answer));
    Verified::Failed(asked.question.failed(&why, &answer, verify.redactor))
}

/// Returns a text of others without the values of Secrets, and without the token: an answer may repeat the request.
fn safe(verify: &Verify<'_>, asked: &Asked, text: &str) -> String {
    let text = verify.redactor.text(text);
    let token = token(verify, asked);
    token.map_or(text.clone(), |token| Redactor::of_values([token.expose_secret().to_owned()]).text(&text))
}

fn token(verify: &Verify<'_>, asked: &Asked) -> Option<SecretString> {
    asked.token.as_deref().and_then(verify.token)
}

/// Returns the status and the beginning of the body, or why there is none.
async fn ask(verify: &Verify<'_>, asked: &Asked) -> Result<(u16, String), String> {
    let client = http::once().map_err(|error| sentence(&error))?;
    let mut request = client.get(url(&asked.question)?);
    if let Some(token) = token(verify, asked) {
        request = request.bearer_auth(token.expose_secret());
    }
    let mut response = request.send().await.map_err(|error| sentence(&error))?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| sentence(&error))? {
        body.extend_from_slice(&chunk);
        if body.len() >= ANSWER_BYTES_MAX {
            body.truncate(ANSWER_BYTES_MAX);
            break;
        }
    }
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}

fn url(question: &Question) -> Result<Url, String> {
    let bad = |error| format!("`{}` is no address: {error}", question.url());
    match question {
        Question::Http(http) => http.url.parse().map_err(bad),
        Question::Promql(promql) => {
            let mut url: Url = format!("{}/api/v1/query", promql.server).parse().map_err(bad)?;
            url.query_pairs_mut().append_pair("query", &promql.query);
            Ok(url)
        }
    }
}

/// Returns an error with its causes, without the address: who reads it knows that.
fn sentence(error: &reqwest::Error) -> String {
    let mut text = "it does not answer".to_owned();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    if error.is_timeout() { format!("it does not answer within {} s", http::ONCE_SECONDS_MAX) } else { text }
}
