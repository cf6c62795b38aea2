//! A query of Prometheus' HTTP API (`/api/v1/query`), and what every value of its answer must be.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Condition, Judgement};

/// A query, and what is a good answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Promql {
    /// The server's address, without a slash at its end.
    pub server: String,
    /// The query.
    pub query: String,
    /// What every value must be.
    pub condition: Condition,
}

/// The envelope of every answer (Prometheus' HTTP API, "Format overview").
#[derive(Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
enum Answer {
    Success {
        data: Data,
    },
    Error {
        #[serde(rename = "errorType")]
        kind: String,
        error: String,
    },
}

/// What a query came to (Prometheus' HTTP API, "Expression query result formats").
#[derive(Deserialize)]
struct Data {
    #[serde(rename = "resultType")]
    kind: String,
    result: Value,
}

/// The query can never be answered: it is wrong.
const BAD_QUERY: &str = "bad_data";

impl Promql {
    pub(super) fn judge(&self, status: u16, body: &str) -> Judgement {
        match serde_json::from_str(body) {
            Ok(Answer::Success { data }) => self.values(&data),
            Ok(Answer::Error { kind, error }) if kind == BAD_QUERY => {
                Judgement::Hopeless { why: format!("it does not understand the query: {error}") }
            }
            Ok(Answer::Error { kind, error }) => Judgement::Bad { why: format!("it answered {kind}: {error}") },
            Err(_) => Judgement::Bad { why: format!("it answered {status}, and not as Prometheus does") },
        }
    }

    fn values(&self, data: &Data) -> Judgement {
        // A sample is a time and its value, and the value is text: JSON has no NaN.
        let value = |sample: &Value| sample[1].as_str().unwrap_or_default().to_owned();
        let texts: Vec<String> = match data.kind.as_str() {
            "vector" => data.result.as_array().into_iter().flatten().map(|series| value(&series["value"])).collect(),
            "scalar" => vec![value(&data.result)],
            _ => {
                let why = "the query gives no value for now, but a range or a text".to_owned();
                return Judgement::Hopeless { why };
            }
        };
        if texts.is_empty() {
            return Judgement::Bad { why: "the query gives no value".to_owned() };
        }
        let holds = |text: &&String| text.parse().is_ok_and(|value| self.condition.holds(value));
        match texts.iter().find(|text| !holds(text)) {
            Some(value) => Judgement::Bad { why: format!("the value is {value}, not {}", self.condition) },
            None => Judgement::Good,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(status: u16, body: &str) -> Judgement {
        let condition = "> 0.99".parse().unwrap();
        let (server, query) = ("https://prometheus.example".to_owned(), "up".to_owned());
        Promql { server, query, condition }.judge(status, body)
    }

    /// An answer as Prometheus' documentation shows it.
    fn vector(values: &[&str]) -> String {
        let sample = |value| format!(r#"{{"metric":{{"job":"web"}},"value":[1435781451.781,"{value}"]}}"#);
        let samples: Vec<String> = values.iter().map(sample).collect();
        format!(r#"{{"status":"success","data":{{"resultType":"vector","result":[{}]}}}}"#, samples.join(","))
    }

    fn why(judgement: Judgement) -> String {
        match judgement {
            Judgement::Good => "good".to_owned(),
            Judgement::Bad { why } => why,
            Judgement::Hopeless { why } => format!("hopeless: {why}"),
        }
    }

    #[test]
    fn every_value_must_be_as_the_condition_says() {
        assert_eq!(judged(200, &vector(&["1", "0.995"])), Judgement::Good);
        assert_eq!(why(judged(200, &vector(&["1", "0.5"]))), "the value is 0.5, not > 0.99");
        assert_eq!(why(judged(200, &vector(&["NaN"]))), "the value is NaN, not > 0.99");
        assert_eq!(judged(200, &vector(&["+Inf"])), Judgement::Good);
        assert_eq!(why(judged(200, &vector(&[]))), "the query gives no value");
        let scalar = r#"{"status":"success","data":{"resultType":"scalar","result":[1435781451.781,"1"]}}"#;
        assert_eq!(judged(200, scalar), Judgement::Good);
    }

    #[test]
    fn a_query_that_is_wrong_is_not_asked_again() {
        let error = r#"{"status":"error","errorType":"bad_data","error":"1:3: parse error"}"#;
        assert_eq!(why(judged(400, error)), "hopeless: it does not understand the query: 1:3: parse error");
        let matrix = r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#;
        assert_eq!(why(judged(200, matrix)), "hopeless: the query gives no value for now, but a range or a text");
    }

    #[test]
    fn what_may_get_better_is_asked_again() {
        let error = r#"{"status":"error","errorType":"timeout","error":"query timed out"}"#;
        assert_eq!(why(judged(503, error)), "it answered timeout: query timed out");
        assert_eq!(why(judged(502, "<html>")), "it answered 502, and not as Prometheus does");
    }
}
