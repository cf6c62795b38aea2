//! Pagination: `page`, `per_page`, and the `Link` header that clients follow.

use serde_json::Value;

use crate::answer::Answer;
use crate::request::Request;
use crate::site::Site;

const PER_PAGE_DEFAULT: usize = 30;
const PER_PAGE_MAX: usize = 100;

/// One page of a longer list.
pub(crate) struct Page {
    number: usize,
    per_page: usize,
}

impl Page {
    pub(crate) fn of(request: &Request) -> Self {
        let number = |name| request.parameter(name).and_then(|text| text.parse::<usize>().ok());
        Self {
            number: number("page").unwrap_or(1).max(1),
            per_page: number("per_page").unwrap_or(PER_PAGE_DEFAULT).clamp(1, PER_PAGE_MAX),
        }
    }

    pub(crate) fn is_first(&self) -> bool {
        self.number == 1
    }

    /// Returns the items that are on this page.
    pub(crate) fn cut<T>(&self, items: Vec<T>) -> Vec<T> {
        let skipped = (self.number - 1).saturating_mul(self.per_page);
        items.into_iter().skip(skipped).take(self.per_page).collect()
    }

    /// Adds the `Link` header for a list of `total` items.
    pub(crate) fn link(&self, site: &Site, request: &Request, total: usize, answer: Answer) -> Answer {
        let last = total.div_ceil(self.per_page).max(1);
        let mut links = Vec::new();
        let mut push = |page: usize, relation: &str| {
            links.push(format!("<{}>; rel=\"{relation}\"", address(site, request, page)));
        };
        if self.number > 1 {
            push(self.number - 1, "prev");
        }
        if self.number < last {
            push(self.number + 1, "next");
            push(last, "last");
        }
        if self.number > 1 {
            push(1, "first");
        }
        if links.is_empty() {
            return answer;
        }
        answer.with_header("link", links.join(", "))
    }
}

/// Answers with one page of the items.
pub(crate) fn list(site: &Site, request: &Request, items: Vec<Value>) -> Answer {
    let page = Page::of(request);
    let total = items.len();
    let body = Value::Array(page.cut(items));
    page.link(site, request, total, Answer::ok(body))
}

/// Answers with one page of the items inside an object that holds their total.
pub(crate) fn counted(site: &Site, request: &Request, name: &str, items: Vec<Value>) -> Answer {
    let page = Page::of(request);
    let total = items.len();
    let mut body = serde_json::json!({ "total_count": total });
    body[name] = Value::Array(page.cut(items));
    page.link(site, request, total, Answer::ok(body))
}

fn address(site: &Site, request: &Request, page: usize) -> String {
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let mut parts: Vec<String> =
        query.split('&').filter(|part| !part.is_empty() && !part.starts_with("page=")).map(str::to_owned).collect();
    parts.push(format!("page={page}"));
    format!("{}{path}?{}", site.url, parts.join("&"))
}
