//! A parsed API request, and the call that a resource gets: the request and who makes it.

use http::Method;
use serde_json::Value;

use crate::answer::Refusal;
use crate::tokens::Caller;

/// A request after the wire: path segments and query are decoded.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// The path as sent, with its query and any `/api/v3`.
    pub(crate) target: String,
    pub(crate) segments: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Value,
}

/// A request made by somebody.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) request: &'a Request,
    pub(crate) caller: &'a Caller,
}

impl Request {
    pub(crate) fn new(method: Method, target: &str, body: &[u8]) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = path.strip_prefix("/api/v3").unwrap_or(path);
        Self {
            method,
            target: target.to_owned(),
            segments: path.split('/').filter(|part| !part.is_empty()).map(decode).collect(),
            query: query.split('&').filter_map(pair).collect(),
            body: serde_json::from_slice(body).unwrap_or_default(),
        }
    }

    /// Returns a query parameter that is not empty.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let (_, value) = self.query.iter().find(|(key, _)| key == name)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }
}

impl Call<'_> {
    /// Returns a text field of the body.
    pub(crate) fn text(&self, field: &str) -> Option<&str> {
        self.request.body.get(field)?.as_str()
    }

    /// Returns a text field of the body, or 422 `missing_field`.
    pub(crate) fn required(&self, resource: &str, field: &str) -> Result<&str, Refusal> {
        let missing = || Refusal::field(resource, field, "missing_field", &format!("{field} wasn't supplied"));
        self.text(field).ok_or_else(missing)
    }

    pub(crate) fn truth(&self, field: &str) -> Option<bool> {
        self.request.body.get(field)?.as_bool()
    }
}

/// Undoes percent-encoding. A malformed escape stays as it is.
pub(crate) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut position = 0;
    while position < bytes.len() {
        let escape = text.get(position + 1..position + 3).filter(|_| bytes[position] == b'%');
        if let Some(byte) = escape.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            decoded.push(byte);
            position += 3;
            continue;
        }
        decoded.push(bytes[position]);
        position += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn pair(text: &str) -> Option<(String, String)> {
    let (key, value) = text.split_once('=')?;
    Some((decode(key), decode(&value.replace('+', " "))))
}

#[cfg(test)]
mod tests {
    use super::{Request, decode};
    use http::Method;

    #[test]
    fn escapes_are_undone_and_broken_ones_stay() {
        assert_eq!(decode("a%2Fb%zz%"), "a/b%zz%");
    }

    #[test]
    fn the_api_prefix_is_optional() {
        let long = Request::new(Method::GET, "/api/v3/user?page=2", b"");
        assert_eq!(long.segments, ["user"]);
        assert_eq!(long.parameter("page"), Some("2"));
        assert_eq!(Request::new(Method::GET, "/user", b"").segments, ["user"]);
    }
}
