//! The verifications of a deploy: their tokens before anything is written, their questions after everything is ready.

use landfall_core::report::{After, State};
use landfall_core::verify::Verification;
use secrecy::SecretString;

use super::record::Record;
use super::rollout::Rollout;
use crate::failure::{Failure, Usage};
use crate::verify::{Verified, Verify, verify};

impl Rollout<'_> {
    /// Looks for every token that a verification needs: without it the deploy could never succeed.
    pub(super) fn need_tokens(&self) -> Result<(), Usage> {
        for verification in self.verifications() {
            let Verification::Asked(asked) = verification else { continue };
            let Some(variable) = &asked.token else { continue };
            if self.token(variable).is_none() {
                let address = asked.question.url().to_owned();
                return Err(Usage::NoToken { variable: variable.clone(), address });
            }
        }
        Ok(())
    }

    /// Asks every verification. Returns the state that this ends in, where one does not hold.
    pub(super) async fn not_verified(&self, record: &Record<'_>) -> Result<Option<State>, Failure> {
        let asked = Verify {
            verifications: self.verifications(),
            commit: self.order.commit,
            token: &|variable| self.token(variable),
            redactor: &record.redactor,
            progress: self.progress,
            stop: &self.run.stop,
            gives_way: &record.writer,
        };
        match verify(&asked).await {
            Verified::Held => Ok(None),
            Verified::Failed(failed) => Ok(Some(State::NotVerified { failed, after: After::Kept })),
            Verified::GaveWay { to } => Ok(Some(State::GaveWay { to })),
            Verified::Stopped => Err(Usage::Stopped.into()),
        }
    }

    /// Returns what has to hold: nothing, where the target ends.
    fn verifications(&self) -> &[Verification] {
        if self.goal.retired.is_some() { &[] } else { &self.goal.environment.verify }
    }

    fn token(&self, variable: &str) -> Option<SecretString> {
        self.run.context.variables.find(variable).map(SecretString::from)
    }
}
