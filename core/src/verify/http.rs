//! An address that must answer well.

use serde::Serialize;

use super::Judgement;

/// An address, and what is a good answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Http {
    /// The address.
    pub url: String,
    /// The status that it must answer with; none for any success.
    pub status: Option<u16>,
    /// What must be in the body; may hold `{{ commit }}`.
    pub contains: Option<String>,
}

impl Http {
    pub(super) fn judge(&self, status: u16, body: &str) -> Judgement {
        let is_wanted = self.status.map_or((200..300).contains(&status), |wanted| wanted == status);
        if !is_wanted {
            let wanted = self.status.map_or_else(|| "200 to 299".to_owned(), |wanted| wanted.to_string());
            return Judgement::Bad { why: format!("it answered {status}, not {wanted}") };
        }
        match &self.contains {
            Some(wanted) if !body.contains(wanted) => Judgement::Bad { why: format!("its answer lacks `{wanted}`") },
            Some(_) | None => Judgement::Good,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(status: Option<u16>, contains: Option<&str>, answer: (u16, &str)) -> Option<String> {
        let http = Http { url: "https://shop.example".to_owned(), status, contains: contains.map(str::to_owned) };
        match http.judge(answer.0, answer.1) {
            Judgement::Good => None,
            Judgement::Bad { why } | Judgement::Hopeless { why } => Some(why),
        }
    }

    #[test]
    fn an_answer_is_good_by_its_status_and_its_text() {
        assert_eq!(judged(None, None, (204, "")), None);
        assert_eq!(judged(Some(302), None, (302, "")), None);
        assert_eq!(judged(None, Some("ok"), (200, "all ok")), None);
        assert_eq!(judged(None, None, (302, "")).unwrap(), "it answered 302, not 200 to 299");
        assert_eq!(judged(Some(204), None, (200, "")).unwrap(), "it answered 200, not 204");
        assert_eq!(judged(None, Some("ok"), (200, "down")).unwrap(), "its answer lacks `ok`");
    }
}
