//! Accounts as the API shows them. A login ending in `[bot]` is an app; any other login exists as a person.

use serde_json::{Value, json};

use crate::answer::{Answer, Reply};
use crate::site::{Site, id_of};
use crate::tokens::Caller;

/// `GET /user`: people have a profile, installation tokens do not.
pub(crate) fn show_self(site: &Site, caller: &Caller) -> Reply {
    if caller.is_app() {
        return Err(caller.not_accessible());
    }
    let mut profile = view(site, &caller.login);
    profile["name"] = json!(caller.login);
    Ok(Answer::ok(profile))
}

/// Shows an account with the fields that every nested `user` has.
pub(crate) fn view(site: &Site, login: &str) -> Value {
    let url = format!("{}/users/{login}", site.api());
    json!({
        "login": login,
        "id": id(login),
        "node_id": format!("U_{}", id(login)),
        "avatar_url": format!("{}/avatars/{}", site.url, id(login)),
        "gravatar_id": "",
        "url": url,
        "html_url": format!("{}/{login}", site.url),
        "followers_url": format!("{url}/followers"),
        "following_url": format!("{url}/following"),
        "gists_url": format!("{url}/gists"),
        "starred_url": format!("{url}/starred"),
        "subscriptions_url": format!("{url}/subscriptions"),
        "organizations_url": format!("{url}/orgs"),
        "repos_url": format!("{url}/repos"),
        "events_url": format!("{url}/events"),
        "received_events_url": format!("{url}/received_events"),
        "type": if login.ends_with("[bot]") { "Bot" } else { "User" },
        "site_admin": false,
    })
}

/// Shows the app behind a bot's login, as check runs and comments name it.
pub(crate) fn app_view(site: &Site, login: &str) -> Value {
    let slug = login.trim_end_matches("[bot]");
    json!({
        "id": app_id(slug),
        "slug": slug,
        "node_id": format!("A_{}", app_id(slug)),
        "owner": view(site, "github"),
        "name": slug,
        "description": "",
        "external_url": format!("{}/apps/{slug}", site.url),
        "html_url": format!("{}/apps/{slug}", site.url),
        "created_at": "2018-07-30T09:30:17Z",
        "updated_at": "2024-04-10T20:33:16Z",
        "permissions": {},
        "events": [],
    })
}

fn id(login: &str) -> u64 {
    match login {
        "github-actions[bot]" => 41_898_282,
        other => id_of(other),
    }
}

fn app_id(slug: &str) -> u64 {
    match slug {
        "github-actions" => 15_368,
        other => id_of(other),
    }
}
