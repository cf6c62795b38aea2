//! docs/landfall-yaml.md, written from the table of keys. Does not write the file: a test compares it.

use std::fmt::Write as _;

use super::keys::{self, Default, KEYS, Key, Kind, Merge};

const HEAD: &str = "\
# landfall.yaml

Written from the table in `core/src/rules/keys.rs`; a test keeps it equal (`UPDATE=1 cargo test -p landfall-core --test rules`).
The same table gives the JSON schema that `landfall schema` prints.

```yaml
app: shop
clusters:
  staging-eu: {kubeconfig: {plan: LANDFALL_PLAN_KUBECONFIG, deploy: LANDFALL_DEPLOY_KUBECONFIG}}
environments:
  staging:
    branch: staging
    source: deploy/overlays/staging
    target: {cluster: staging-eu, namespace: shop}
```

`*` stands for a name that you choose, `[]` for each item of a list. An unknown key is an error.

**Whose rules.** A proposal is judged by the rules at the tip of its target branch. A deploy takes every key from its own
commit, except those marked *both*: there its own value and the one at the branch's tip before the push must both be open,
so that no change switches off its own gates.

**Whose turn.** One run at a time writes to a target. A commit never goes over a newer one that was attempted, whether that ran
or failed. By `order: ancestry` the newer one descends from the older, which is what a branch is; after a forced push neither
does, and the deploy is held. By `semver` it has the tag with the higher version, by `latest_push` the later run. A run that
has written everything, and only waits for readiness or verifies, makes way for a newer one. After a forced push deploy by hand:
`landfall deploy --reason …`.

**When it runs.** Kubernetes' own kinds are waited for as `kubectl rollout status` does, the custom kinds of well-known
projects by what they report, others by their condition `Ready`. `wait.ready` counts more than all of these. Its expressions
are [CEL](https://cel.dev); they see the live object as `self` and its fields as `metadata`, `spec`, `status`, `data` and
`type`. Nothing is ready before its controller has seen what was applied, where it says so.

**When it fails.** `verify` says what must hold once everything is ready, and `wait.on_failure` what becomes of a deploy that
does not get that far: [failure.md](failure.md).

**Whose field.** A field that another manager owns, and that Git wants otherwise, holds the deploy: the plan names field,
manager and value. `conflicts` says who wins, and counts like a gate: a new rule counts from the next push on. `ours` takes the
field, but only where every contested field of the object is given to Git, so that nothing else is taken by accident. `theirs`
leaves it to a manager that owns it, `ignore` to whoever sets it; both are created with Git's value, and given up without a
change of the live one where they were ours. Replicas need no rule: where a HorizontalPodAutoscaler, or KEDA, scales a
workload, in the set or in the cluster, they are its own to say.

**Whose object.** An object that nobody deployed with Landfall is held until Git adopts it: it alone, by its annotation
`landfall.dev/adopt`, or all that a tool keeps for the app, by `adopt`. See [adoption](adoption.md). A new `adopt` counts from
the next push on, so that a proposal shows first what goes.

A branch or tag is a name (`main`), a glob (`release/*`; `*` stops at a slash, `**` does not), or an expression
between slashes that must match the whole name (`/v[0-9]+/`).
";

const LATER: &str = "
## Not supported yet

These keys are refused with `rules::not_supported`, because ignoring them would be worse.

| key | what it will be for |
|---|---|
";

/// Returns the page that documents every key.
pub fn docs() -> String {
    let mut page = HEAD.to_owned();
    for (title, path) in [("Top level", ""), ("A cluster", "clusters.*"), ("An environment", "environments.*")] {
        let _ = write!(
            page,
            "\n## {title}\n\n| key | value | default | whose rules | what it is for |\n|---|---|---|---|---|\n"
        );
        for key in section(path) {
            page.push_str(&row(key, path));
        }
    }
    page.push_str(LATER);
    for key in KEYS.iter().filter(|key| !key.built) {
        let _ = writeln!(page, "| `{}` | {} |", key.path, key.doc);
    }
    page
}

/// The top section stops where the named ones begin; those hold everything below them.
fn section(path: &'static str) -> Vec<&'static Key> {
    if path.is_empty() {
        return keys::under("").filter(|key| key.built).collect();
    }
    let inside = format!("{path}.");
    KEYS.iter().filter(|key| key.built && key.path.starts_with(&inside)).collect()
}

fn row(key: &Key, section: &str) -> String {
    let name = key.path.strip_prefix(section).unwrap_or(key.path).trim_start_matches('.');
    let merge = match key.merge {
        Merge::Own => "own",
        Merge::Both => "*both*",
    };
    format!("| `{name}` | {} | {} | {merge} | {} |\n", kind(key.kind), default(key.default), key.doc)
}

fn kind(kind: Kind) -> String {
    kind.expected().trim_start_matches("a ").to_owned()
}

fn default(default: Default) -> String {
    match default {
        Default::Required => "required".to_owned(),
        Default::Unless(other) => format!("this or `{other}`"),
        Default::None => String::new(),
        Default::Is(value) => format!("`{value}`"),
    }
}
