//! The REST API by plain HTTP: limits, pages, permissions, refusals.

use landfall_fakehost::{Access, Change, Error, FakeHost, Permissions};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const SHOP: &str = "acme/shop";
const BOT: &str = "github-actions[bot]";

/// A client with one token.
struct Client {
    http: reqwest::Client,
    api: String,
    token: String,
}

/// An answer's status, `Link` header, and JSON.
struct Answer {
    status: StatusCode,
    link: String,
    retry_after: Option<String>,
    body: Value,
}

impl Client {
    fn new(host: &FakeHost, token: &str) -> Self {
        // Another test of this process may have installed it already.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let (http, api, token) = (reqwest::Client::new(), host.api_url(), token.to_owned());
        Self { http, api, token }
    }

    async fn send(&self, method: Method, path: &str, body: Value) -> Answer {
        let mut request = self.http.request(method, format!("{}/repos/{SHOP}{path}", self.api));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if !body.is_null() {
            request = request.json(&body);
        }
        let response = request.send().await.expect("the host answers");
        let header = |name| response.headers().get(name).map(|value| value.to_str().expect("text").to_owned());
        Answer {
            status: response.status(),
            link: header("link").unwrap_or_default(),
            retry_after: header("retry-after"),
            body: response.json().await.unwrap_or_default(),
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, Value::Null).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, body).await
    }
}

/// A shop with one open proposal, and the head's commit.
async fn shop() -> Result<(FakeHost, String), Error> {
    let host = FakeHost::start().await?;
    host.repository(SHOP, &[("a", "1\n"), ("old", "x\n")]).await?;
    let changes = [("a", Change::Write("2\n")), ("b", Change::Write("b\n")), ("old", Change::Delete)];
    let head = host.push_files(SHOP, "topic", &changes, "change").await?;
    host.open_proposal(SHOP, "topic", "main", "Change", "dev").await?;
    Ok((host, head))
}

fn bot(host: &FakeHost) -> Client {
    Client::new(host, &host.token(BOT, Permissions::write()))
}

#[tokio::test]
async fn comments_come_in_pages_with_links() -> Result<(), Error> {
    let (host, _) = shop().await?;
    let client = bot(&host);
    for number in 0..5 {
        let answer = client.post("/issues/1/comments", json!({"body": format!("comment {number}")})).await;
        assert_eq!(answer.status, 201);
    }
    let answer = client.get("/issues/1/comments?per_page=2&page=2").await;
    let bodies: Vec<_> = answer.body.as_array().expect("a list").iter().map(|comment| &comment["body"]).collect();
    assert_eq!(bodies, ["comment 2", "comment 3"]);
    let address = |page| format!("<{}/repos/{SHOP}/issues/1/comments?per_page=2&page={page}>", host.api_url());
    let expected = format!(
        "{}; rel=\"prev\", {}; rel=\"next\", {}; rel=\"last\", {}; rel=\"first\"",
        address(1),
        address(3),
        address(3),
        address(1)
    );
    assert_eq!(answer.link, expected);
    assert_eq!(client.get("/issues/1/comments").await.link, "");
    Ok(())
}

#[tokio::test]
async fn a_comment_has_at_most_65536_characters() -> Result<(), Error> {
    let (host, _) = shop().await?;
    let client = bot(&host);
    let answer = client.post("/issues/1/comments", json!({"body": "é".repeat(65_536)})).await;
    assert_eq!(answer.status, 201);
    let answer = client.post("/issues/1/comments", json!({"body": "é".repeat(65_537)})).await;
    assert_eq!(answer.status, 422);
    assert_eq!(answer.body["errors"][0]["message"], "Body is too long (maximum is 65536 characters)");
    Ok(())
}

#[tokio::test]
async fn a_comment_is_edited_and_deleted() -> Result<(), Error> {
    let (host, _) = shop().await?;
    let client = bot(&host);
    let made = client.post("/issues/1/comments", json!({"body": "one"})).await.body;
    let path = format!("/issues/comments/{}", made["id"]);
    let edited = client.send(Method::PATCH, &path, json!({"body": "two"})).await.body;
    assert_eq!(edited["body"], "two");
    assert_ne!(edited["updated_at"], made["updated_at"]);
    assert_eq!(host.comments(SHOP, 1).await?, [edited]);
    assert_eq!(client.send(Method::DELETE, &path, Value::Null).await.status, 204);
    assert_eq!(client.get(&path).await.status, 404);
    Ok(())
}

#[tokio::test]
async fn a_check_summary_is_limited_in_bytes_and_annotations_in_number() -> Result<(), Error> {
    let (host, head) = shop().await?;
    let client = bot(&host);
    let run = |output: Value| json!({"name": "plan", "head_sha": head, "output": output});
    let fits = run(json!({"title": "t", "summary": "s".repeat(65_535)}));
    assert_eq!(client.post("/check-runs", fits).await.status, 201);
    let long = run(json!({"title": "t", "summary": "é".repeat(32_768)}));
    assert_eq!(client.post("/check-runs", long).await.status, 422);
    let note = json!({"path": "a", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "m"});
    let many = run(json!({"title": "t", "summary": "s", "annotations": vec![note.clone(); 51]}));
    assert_eq!(client.post("/check-runs", many).await.status, 422);
    let some = run(json!({"title": "t", "summary": "s", "annotations": vec![note.clone(); 50]}));
    let made = client.post("/check-runs", some).await.body;
    let more = json!({"conclusion": "success", "output": {"title": "t", "summary": "s", "annotations": [note]}});
    let path = format!("/check-runs/{}", made["id"]);
    let updated = client.send(Method::PATCH, &path, more).await.body;
    assert_eq!(updated["output"]["annotations_count"], 51);
    assert_eq!(updated["status"], "completed");
    let listed = client.get(&format!("/commits/{head}/check-runs")).await.body;
    assert_eq!(listed["total_count"], 1, "only the newest of a name");
    assert_eq!(listed["check_runs"][0]["pull_requests"][0]["number"], 1);
    Ok(())
}

#[tokio::test]
async fn tokens_reach_no_further_than_their_permissions() -> Result<(), Error> {
    let (host, head) = shop().await?;
    let comment = || json!({"body": "hello"});
    let nobody = Client::new(&host, "");
    assert_eq!(nobody.get("").await.body["message"], "Requires authentication");
    let stranger = Client::new(&host, "ghp_stranger");
    let answer = stranger.get("").await;
    assert_eq!((answer.status.as_u16(), &answer.body["message"]), (401, &json!("Bad credentials")));

    let reader = Client::new(&host, &host.token(BOT, Permissions::read()));
    assert_eq!(reader.get("/issues/1/comments").await.status, 200);
    let answer = reader.post("/issues/1/comments", comment()).await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.body["message"], "Resource not accessible by integration");

    let issues = Permissions { issues: Access::Write, ..Permissions::none() };
    let issues = Client::new(&host, &host.token(BOT, issues));
    assert_eq!(issues.post("/issues/1/comments", comment()).await.status, 201);
    assert_eq!(issues.get("/deployments").await.status, 403);

    let person = Client::new(&host, &host.token("dev", Permissions::admin()));
    let answer = person.post("/check-runs", json!({"name": "plan", "head_sha": head})).await;
    assert_eq!(answer.body["message"], "You must authenticate via a GitHub App.");
    Ok(())
}

#[tokio::test]
async fn an_unknown_route_is_a_404_in_the_record() -> Result<(), Error> {
    let (host, _) = shop().await?;
    let client = bot(&host);
    assert_eq!(client.get("/traffic/views?per=day").await.body["message"], "Not Found");
    assert_eq!(client.get("/issues/77").await.status, 404);
    let requests = host.requests();
    let seen: Vec<_> = requests.iter().map(|seen| (seen.path.as_str(), seen.status, seen.known)).collect();
    let expected = [("/repos/acme/shop/traffic/views?per=day", 404, false), ("/repos/acme/shop/issues/77", 404, true)];
    assert_eq!(seen, expected);
    Ok(())
}

#[tokio::test]
async fn a_fault_strikes_once_and_a_limit_says_when_to_come_back() -> Result<(), Error> {
    let (host, _) = shop().await?;
    let client = bot(&host);
    host.fail_next("POST", "/comments", 502);
    let comment = || json!({"body": "hello"});
    assert_eq!(client.get("/issues/1/comments").await.status, 200);
    assert_eq!(client.post("/issues/1/comments", comment()).await.status, 502);
    assert_eq!(client.post("/issues/1/comments", comment()).await.status, 201);
    host.limit_writes(1, 1);
    assert_eq!(client.post("/issues/1/comments", comment()).await.status, 201);
    let answer = client.post("/issues/1/comments", comment()).await;
    assert_eq!((answer.status.as_u16(), answer.retry_after.as_deref()), (403, Some("1")));
    assert_eq!(client.post("/issues/1/comments", comment()).await.status, 201);
    assert_eq!(host.comments(SHOP, 1).await?.len(), 3);
    Ok(())
}

#[tokio::test]
async fn a_proposal_lists_its_files_and_compares() -> Result<(), Error> {
    let (host, _) = shop().await?;
    let client = bot(&host);
    let files = client.get("/pulls/1/files").await.body;
    let files = files.as_array().expect("a list");
    let shown: Vec<_> = files.iter().map(|file| (&file["filename"], &file["status"], &file["patch"])).collect();
    let expected = [
        (&json!("a"), &json!("modified"), &json!("@@ -1 +1 @@\n-1\n+2")),
        (&json!("b"), &json!("added"), &json!("@@ -0,0 +1 @@\n+b")),
        (&json!("old"), &json!("removed"), &json!("@@ -1 +0,0 @@\n-x")),
    ];
    assert_eq!(shown, expected);
    host.push_files(SHOP, "main", &[("c", Change::Write("c\n"))], "move on").await?;
    let compared = client.get("/compare/main...topic").await.body;
    assert_eq!(compared["status"], "diverged");
    assert_eq!((&compared["ahead_by"], &compared["behind_by"]), (&json!(1), &json!(1)));
    assert_eq!(compared["files"].as_array().expect("a list").len(), 3);
    Ok(())
}

#[tokio::test]
async fn merging_makes_a_real_commit_that_names_its_proposal() -> Result<(), Error> {
    let (host, head) = shop().await?;
    host.protect(SHOP, "main").await?;
    let client = bot(&host);
    let before = host.tip(SHOP, "main").await?;
    let stale = json!({"sha": before});
    assert_eq!(client.send(Method::PUT, "/pulls/1/merge", stale).await.status, 409);
    let merged = client.send(Method::PUT, "/pulls/1/merge", json!({"merge_method": "merge"})).await.body;
    let sha = merged["sha"].as_str().expect("it merged").to_owned();
    assert_eq!(host.tip(SHOP, "main").await?, sha);
    let commit = client.get(&format!("/commits/{sha}")).await.body;
    let parents: Vec<_> = commit["parents"].as_array().expect("a list").iter().map(|parent| &parent["sha"]).collect();
    assert_eq!(parents, [before.as_str(), head.as_str()]);
    assert_eq!(commit["commit"]["message"], "Merge pull request #1 from acme/topic\n\nChange");
    let pulls = client.get(&format!("/commits/{sha}/pulls")).await.body;
    assert_eq!((&pulls[0]["number"], &pulls[0]["merge_commit_sha"]), (&json!(1), &json!(sha)));
    assert!(pulls[0].get("merged").is_none(), "lists have no such field");
    assert_eq!(client.get("/pulls/1").await.body["merged"], true);
    assert_eq!(client.send(Method::PUT, "/pulls/1/merge", json!({})).await.status, 405);
    Ok(())
}

#[tokio::test]
async fn a_squash_has_one_parent_and_conflicts_are_refused() -> Result<(), Error> {
    let (host, _) = shop().await?;
    host.push_files(SHOP, "clash", &[("a", Change::Write("3\n"))], "clash").await?;
    let clash = host.open_proposal(SHOP, "clash", "main", "Clash", "dev").await?;
    let sha = host.squash(SHOP, 1).await?;
    let client = bot(&host);
    let commit = client.get(&format!("/commits/{sha}")).await.body;
    assert_eq!(commit["parents"].as_array().expect("a list").len(), 1);
    assert_eq!(commit["commit"]["message"], "Change (#1)");
    let proposal = host.proposal(SHOP, clash).await?;
    assert_eq!((&proposal["mergeable"], &proposal["mergeable_state"]), (&json!(false), &json!("dirty")));
    let path = format!("/pulls/{clash}/merge");
    assert_eq!(client.send(Method::PUT, &path, json!({})).await.status, 405);
    Ok(())
}

#[tokio::test]
async fn branches_say_whether_they_are_protected() -> Result<(), Error> {
    let (host, _) = shop().await?;
    host.protect(SHOP, "main").await?;
    let owner = Client::new(&host, &host.token("acme", Permissions::admin()));
    assert_eq!(owner.get("/branches/main").await.body["protected"], true);
    assert_eq!(owner.get("/branches/topic").await.body["protected"], false);
    assert_eq!(owner.get("/branches/main/protection").await.status, 200);
    assert_eq!(owner.get("/branches/topic/protection").await.body["message"], "Branch not protected");
    assert_eq!(bot(&host).get("/branches/main/protection").await.status, 403);
    Ok(())
}
