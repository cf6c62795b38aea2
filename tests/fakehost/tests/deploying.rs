//! Deployments by plain HTTP: what GitHub does with merges, contexts, and earlier deployments.

use landfall_fakehost::{Change, Error, FakeHost, Permissions};
use serde_json::{Value, json};

const SHOP: &str = "acme/shop";

struct Pipeline {
    host: FakeHost,
    http: reqwest::Client,
    token: String,
    sha: String,
}

impl Pipeline {
    async fn start() -> Result<Self, Error> {
        // Another test of this process may have installed it already.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let host = FakeHost::start().await?;
        let sha = host.repository(SHOP, &[("a", "1\n")]).await?;
        let token = host.token("github-actions[bot]", Permissions::write());
        let http = reqwest::Client::new();
        Ok(Self { host, http, token, sha })
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let url = format!("{}/repos/{SHOP}{path}", self.host.api_url());
        let request = self.http.post(url).bearer_auth(&self.token).json(&body);
        let response = request.send().await.expect("the host answers");
        (response.status().as_u16(), response.json().await.expect("json"))
    }

    async fn deploy(&self, environment: &str) -> u64 {
        let body = json!({"ref": self.sha, "environment": environment, "auto_merge": false, "required_contexts": []});
        let (status, made) = self.post("/deployments", body).await;
        assert_eq!(status, 201);
        let id = made["id"].as_u64().expect("an id");
        let path = format!("/deployments/{id}/statuses");
        assert_eq!(self.post(&path, json!({"state": "success"})).await.0, 201);
        id
    }

    async fn last_states(&self) -> Result<Vec<String>, Error> {
        let deployments = self.host.deployments(SHOP).await?;
        let last = |shown: &Value| shown["statuses"].as_array().and_then(|all| all.last().cloned());
        let states = deployments.iter().filter_map(last);
        Ok(states.map(|status| status["state"].as_str().unwrap_or_default().to_owned()).collect())
    }
}

#[tokio::test]
async fn a_success_retires_earlier_ones_except_in_production() -> Result<(), Error> {
    let pipeline = Pipeline::start().await?;
    for environment in ["staging", "staging", "production", "production"] {
        pipeline.deploy(environment).await;
    }
    assert_eq!(pipeline.last_states().await?, ["inactive", "success", "success", "success"]);
    Ok(())
}

#[tokio::test]
async fn states_and_descriptions_are_checked() -> Result<(), Error> {
    let pipeline = Pipeline::start().await?;
    let id = pipeline.deploy("staging").await;
    let path = format!("/deployments/{id}/statuses");
    assert_eq!(pipeline.post(&path, json!({"state": "done"})).await.0, 422);
    let status = |length| json!({"state": "failure", "description": "d".repeat(length)});
    assert_eq!(pipeline.post(&path, status(141)).await.0, 422);
    assert_eq!(pipeline.post(&path, status(140)).await.0, 201);
    Ok(())
}

#[tokio::test]
async fn an_unfinished_check_blocks_unless_no_context_is_required() -> Result<(), Error> {
    let pipeline = Pipeline::start().await?;
    let run = json!({"name": "own job", "head_sha": pipeline.sha, "status": "in_progress"});
    assert_eq!(pipeline.post("/check-runs", run).await.0, 201);
    let (status, body) = pipeline.post("/deployments", json!({"ref": "main"})).await;
    assert_eq!((status, body["message"].as_str()), (409, Some("Conflict: Commit status checks failed for main.")));
    pipeline.deploy("staging").await;
    Ok(())
}

#[tokio::test]
async fn a_branch_behind_is_merged_instead_of_deployed() -> Result<(), Error> {
    let pipeline = Pipeline::start().await?;
    let host = &pipeline.host;
    let topic = host.push_files(SHOP, "topic", &[("b", Change::Write("b\n"))], "b").await?;
    host.push_files(SHOP, "main", &[("c", Change::Write("c\n"))], "c").await?;
    let (status, body) = pipeline.post("/deployments", json!({"ref": "topic"})).await;
    assert_eq!(status, 202);
    assert_eq!(body["message"], "Auto-merged main into topic on deployment.");
    assert_ne!(host.tip(SHOP, "topic").await?, topic);
    assert!(host.deployments(SHOP).await?.is_empty());
    Ok(())
}
