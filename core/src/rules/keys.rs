//! The one table of landfall.yaml's keys: types, defaults, whose rules count, and what each key is for.
//!
//! The check of a file, docs/landfall-yaml.md and the JSON schema are all read from it. Knows no values.

/// One key.
pub(super) struct Key {
    /// Where it is: `*` stands for a name that the user chooses, `[]` for each item of a list.
    pub(super) path: &'static str,
    /// What its value is.
    pub(super) kind: Kind,
    /// Whether it must be there, or what its absence means.
    pub(super) default: Default,
    /// Whose rules count for it.
    pub(super) merge: Merge,
    /// Whether this version builds it.
    pub(super) built: bool,
    /// What it is for, as one sentence without a full stop.
    pub(super) doc: &'static str,
}

/// What a value is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Count,
    Flag,
    Duration,
    Choice(&'static [&'static str]),
    /// One of these words, or a map of fixed keys that says more.
    ChoiceOrGroup(&'static [&'static str]),
    /// Text, or a map of fixed keys that says more.
    TextOrGroup,
    /// A map of fixed keys.
    Group,
    /// A map of names that the user chooses.
    Names,
    List,
    /// Whatever a later version makes of it.
    Any,
}

/// What the absence of a key means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Default {
    /// It must be there.
    Required,
    /// It must be there unless the other key is. A key that is not built stands in for the other one.
    Unless(&'static str),
    /// Nothing.
    None,
    /// This value.
    Is(&'static str),
}

/// Whose rules count for a deploy.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Merge {
    /// The deployed commit's own.
    Own,
    /// The commit's own and those of the branch's tip before the push: both must be open.
    Both,
}

impl Kind {
    /// Returns what a value of this kind is called, with its article.
    pub(super) fn expected(self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::Count => "a whole number".to_owned(),
            Self::Flag => "true or false".to_owned(),
            Self::Duration => "a duration".to_owned(),
            Self::Choice(words) => quoted(words, " or "),
            Self::ChoiceOrGroup(words) => format!("{} or a map of keys", quoted(words, ", ")),
            Self::TextOrGroup => "text or a map of keys".to_owned(),
            Self::Group => "a map of keys".to_owned(),
            Self::Names => "a map of names".to_owned(),
            Self::List => "a list".to_owned(),
            Self::Any => "a value".to_owned(),
        }
    }
}

impl Key {
    /// Returns the last part of the path: the key as it is written.
    pub(super) fn name(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }
}

fn quoted(words: &[&str], between: &str) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(between)
}

/// Returns the key at a path.
pub(super) fn at(path: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.path == path)
}

/// Returns the keys directly under a path; the top ones for the empty path.
pub(super) fn under(path: &str) -> impl Iterator<Item = &'static Key> {
    let inside = if path.is_empty() { String::new() } else { format!("{path}.") };
    KEYS.iter().filter(move |key| key.path.strip_prefix(&inside).is_some_and(|rest| !rest.contains(['.', '['])))
}

const RETIRED: &[&str] = &["delete", "orphan"];

const STATE: &str = "where the inventory and the lease are kept, when the set brings its own namespace";
const STATE_NAMESPACE: &str = "a namespace that is there before the first deploy";

const TOKEN: &str = "the environment variable with the bearer token that is sent along";

/// Every key, parents before children.
pub(super) const KEYS: &[Key] = &[
    must("app", Kind::Text, "the application's name: it names the inventory, so changing it means a new application"),
    instead("apps", "app", "a glob of folders, one application each"),
    later("host", "`none` where no Git host can prove that a branch is protected"),
    must("clusters", Kind::Names, "the clusters that targets may name"),
    must("clusters.*", Kind::Group, "one cluster and how it is reached"),
    must("clusters.*.kubeconfig", Kind::Group, "reach the cluster through kubeconfig files"),
    optional(
        "clusters.*.kubeconfig.plan",
        Kind::Text,
        "the environment variable with the path of the kubeconfig that may only plan; without one, proposals get the offline plan",
    ),
    must(
        "clusters.*.kubeconfig.deploy",
        Kind::Text,
        "the environment variable with the path of the kubeconfig that may deploy",
    ),
    instead("clusters.*.server", "kubeconfig", "the API server's address"),
    instead("clusters.*.ca", "kubeconfig", "the file with the API server's certificate authority"),
    instead("clusters.*.identity", "kubeconfig", "who Landfall is for the cluster: a token of the CI, or a cloud role"),
    instead("clusters.*.eks", "kubeconfig", "a cluster of Amazon's managed service"),
    instead("clusters.*.gke", "kubeconfig", "a cluster of Google's managed service"),
    instead("clusters.*.aks", "kubeconfig", "a cluster of Microsoft's managed service"),
    instead("clusters.*.token", "kubeconfig", "the environment variable or file with a bearer token"),
    instead("clusters.*.in_cluster", "kubeconfig", "the service account of the pod that runs Landfall"),
    instead("clusters.*.agent", "kubeconfig", "a context of GitLab's agent"),
    must("environments", Kind::Names, "the environments, by name"),
    must("environments.*", Kind::Group, "one environment"),
    key(
        "environments.*.branch",
        Kind::Text,
        Default::Unless("tag"),
        "the branch that it follows: a name, a glob (`release/*`) or an expression (`/v[0-9]+/`)",
    ),
    key(
        "environments.*.tag",
        Kind::Text,
        Default::Unless("branch"),
        "the tags that it follows, written as `branch` is",
    ),
    instead("environments.*.proposal", "branch", "one preview per proposal"),
    key(
        "environments.*.order",
        Kind::Choice(&["ancestry", "semver", "latest_push"]),
        Default::Is("ancestry"),
        "which of two commits is newer, so that the older one never goes over it; a pattern that takes several branches or tags must say it",
    ),
    must("environments.*.source", Kind::Text, "the folder of its manifests, relative to the repository's root"),
    key(
        "environments.*.render",
        Kind::ChoiceOrGroup(&["plain", "kustomize", "helm", "jsonnet", "tera"]),
        Default::Is("detected"),
        "how the folder becomes manifests: by a renderer's name, or by its name with settings; one renderer at most",
    ),
    optional("environments.*.render.kustomize", Kind::Group, "Kustomize, with settings"),
    key(
        "environments.*.render.kustomize.helm",
        Kind::Flag,
        Default::Is("false"),
        "whether a kustomization may inflate charts of the repository (`--enable-helm`)",
    ),
    optional(
        "environments.*.render.kustomize.repositories",
        Kind::List,
        "repositories that bases may be fetched from, each base with `?ref=` and a full commit; without it, nothing is",
    ),
    must(
        "environments.*.render.kustomize.repositories[]",
        Kind::Text,
        "an address, as in `https://host/team/repository`",
    ),
    optional("environments.*.render.helm", Kind::Group, "Helm, with settings: the folder has a Chart.yaml"),
    key(
        "environments.*.render.helm.release",
        Kind::Text,
        Default::Is("the application's name"),
        "the release's name, which charts put into the names of objects",
    ),
    optional(
        "environments.*.render.helm.values",
        Kind::List,
        "files of values beside the chart's own; of two that set the same value the later one counts",
    ),
    must("environments.*.render.helm.values[]", Kind::Text, "a file, relative to the repository's root"),
    optional(
        "environments.*.render.helm.set",
        Kind::Names,
        "single values by their path, as in `image.tag`: they count more than every file",
    ),
    optional("environments.*.render.helm.set.*", Kind::Text, "the text; `{{ commit }}` is the deployed commit"),
    optional(
        "environments.*.render.helm.repositories",
        Kind::List,
        "where charts that are not in `charts/` may be fetched from; without it, nothing is",
    ),
    must("environments.*.render.helm.repositories[]", Kind::Text, "an address as Chart.yaml has it"),
    optional("environments.*.render.jsonnet", Kind::Group, "Jsonnet, with settings"),
    key(
        "environments.*.render.jsonnet.file",
        Kind::Text,
        Default::Is("main.jsonnet, or the one *.jsonnet file of the folder"),
        "the file to evaluate, relative to the repository's root",
    ),
    optional("environments.*.render.jsonnet.libraries", Kind::List, "folders in which imports are looked for"),
    must("environments.*.render.jsonnet.libraries[]", Kind::Text, "a folder, relative to the repository's root"),
    optional("environments.*.render.jsonnet.ext", Kind::Names, "external variables (`std.extVar`)"),
    optional("environments.*.render.jsonnet.ext.*", Kind::Text, "the text; `{{ commit }}` is the deployed commit"),
    optional("environments.*.render.jsonnet.tla", Kind::Names, "arguments of the function that the file returns"),
    optional("environments.*.render.jsonnet.tla.*", Kind::Text, "the text; `{{ commit }}` is the deployed commit"),
    optional("environments.*.render.tera", Kind::Group, "Tera templates (`*.tera`), with settings"),
    optional(
        "environments.*.render.tera.values",
        Kind::List,
        "files of values; maps are merged, and of two that set the same value the later one counts",
    ),
    must("environments.*.render.tera.values[]", Kind::Text, "a file, relative to the repository's root"),
    optional(
        "environments.*.render.command",
        Kind::Group,
        "a program that prints manifests; a proposal's own rules cannot name one, and a shell has to allow it",
    ),
    must("environments.*.render.command.program", Kind::Text, "its name on `PATH`"),
    optional("environments.*.render.command.args", Kind::List, "its arguments"),
    must("environments.*.render.command.args[]", Kind::Text, "one argument; `{{ commit }}` is the deployed commit"),
    optional(
        "environments.*.render.then",
        Kind::Text,
        "a Kustomize folder that gets the rendered objects as one more of its resources",
    ),
    key(
        "environments.*.compat",
        Kind::Choice(&["strict", "kubectl"]),
        Default::Is("strict"),
        "`kubectl` reads plain YAML with a key written twice, text after `...`, or invalid UTF-8 as kubectl would",
    ),
    optional("environments.*.images", Kind::Names, "image references by the name that the manifests use"),
    optional("environments.*.images.*", Kind::Text, "the reference to use; `{{ commit }}` is the deployed commit"),
    optional("environments.*.transform", Kind::Group, "what is changed in every object after it was rendered"),
    key(
        "environments.*.transform.namespace",
        Kind::Flag,
        Default::Is("false"),
        "whether an object that names another namespace than the target's goes to the target's, and references follow",
    ),
    optional(
        "environments.*.transform.labels",
        Kind::Names,
        "labels of every object; not of selectors and pod templates",
    ),
    optional("environments.*.transform.labels.*", Kind::Text, "the label's value"),
    optional("environments.*.transform.annotations", Kind::Names, "annotations of every object; not of pod templates"),
    optional("environments.*.transform.annotations.*", Kind::Text, "the annotation's value"),
    optional("environments.*.lint", Kind::Names, "lints that are off, by the codes of docs/lints.md"),
    optional("environments.*.lint.*", Kind::Choice(&["off", "warn"]), "`off` does not run it"),
    key("environments.*.target", Kind::Group, Default::Unless("targets"), "the one place that it deploys to"),
    must("environments.*.target.cluster", Kind::Text, "the cluster, by its name under `clusters`"),
    must(
        "environments.*.target.namespace",
        Kind::Text,
        "the namespace of objects that name none, and of the inventory",
    ),
    optional("environments.*.target.state", Kind::Group, STATE),
    must("environments.*.target.state.namespace", Kind::Text, STATE_NAMESPACE),
    optional("environments.*.target.retired", Kind::Choice(RETIRED), "the same as `retired` of the environment"),
    key("environments.*.targets", Kind::List, Default::Unless("target"), "the places that it deploys to"),
    must("environments.*.targets[]", Kind::Group, "one place"),
    must("environments.*.targets[].cluster", Kind::Text, "the cluster, by its name under `clusters`"),
    must(
        "environments.*.targets[].namespace",
        Kind::Text,
        "the namespace of objects that name none, and of the inventory",
    ),
    optional("environments.*.targets[].state", Kind::Group, STATE),
    must("environments.*.targets[].state.namespace", Kind::Text, STATE_NAMESPACE),
    optional("environments.*.targets[].retired", Kind::Choice(RETIRED), "`retired` for this place alone"),
    key(
        "environments.*.targets[].wave",
        Kind::Count,
        Default::Is("1"),
        "when it is rolled out: lower waves first, stopping at the first failure",
    ),
    both(
        "environments.*.adopt",
        Kind::List,
        "who kept its objects before: what they made becomes its own, and is deleted where Git does not have it",
    ),
    must(
        "environments.*.adopt[]",
        Kind::Text,
        "a tool and its name for the app: `helm/RELEASE`, `argo-cd/APPLICATION`, `flux/Kustomization/NAMESPACE/NAME`, `kubectl/KEY=VALUE`",
    ),
    optional(
        "environments.*.allow_delete",
        Kind::List,
        "objects that a deploy may delete though that loses what is in them",
    ),
    must("environments.*.allow_delete[]", Kind::Text, "an object's kind and name, as in `Namespace/shop`"),
    optional("environments.*.gates", Kind::Group, "what may hold a deploy"),
    gate("environments.*.gates.max_deletions", Kind::Count, "10", "how many objects one deploy may delete"),
    gate("environments.*.gates.allow_empty", Kind::Flag, "false", "whether a render without any object is meant"),
    gate(
        "environments.*.gates.explained",
        Kind::Flag,
        "true",
        "whether what deletes, replaces or widens a privilege must follow from a merged change",
    ),
    later("environments.*.gates.approvals", "how many people must have approved"),
    later("environments.*.gates.no_self_approval", "whether an author's own approval counts for nothing"),
    later("environments.*.gates.code_owners", "whether the owners of the changed files must have approved"),
    later("environments.*.gates.after", "the environment that must run the same commit first"),
    later("environments.*.gates.freeze", "when nothing is deployed"),
    later("environments.*.gates.direct_push", "whether a push without a proposal counts as approved"),
    optional("environments.*.wait", Kind::Group, "how to wait until what was applied runs"),
    key(
        "environments.*.wait.timeout",
        Kind::Duration,
        Default::Is("10m"),
        "when to give up waiting: `90s`, `10m`, `1h`",
    ),
    optional(
        "environments.*.wait.ready",
        Kind::List,
        "when objects of a kind are ready, where Landfall cannot know it; it counts more than what Landfall knows",
    ),
    must("environments.*.wait.ready[]", Kind::Group, "one kind"),
    must(
        "environments.*.wait.ready[].kind",
        Kind::Text,
        "the kind and its API group, as in `Database.example.org`, or `Service` for Kubernetes' core",
    ),
    must(
        "environments.*.wait.ready[].when",
        Kind::Text,
        "a CEL expression that is true when the object is ready, as in `status.phase == 'Up'`; a field that is not there means not yet",
    ),
    optional(
        "environments.*.wait.ready[].failed",
        Kind::Text,
        "a CEL expression that is true when the object will not become ready, as in `status.phase == 'Broken'`",
    ),
    key(
        "environments.*.wait.on_failure",
        Kind::Choice(&["keep", "rollback"]),
        Default::Is("keep"),
        "what becomes of a deploy that does not become ready or is not verified: `keep` leaves it, `rollback` goes back to the commit that was deployed before",
    ),
    both(
        "environments.*.conflicts",
        Kind::List,
        "who wins fields that somebody else owns too; the first rule that fits counts",
    ),
    must("environments.*.conflicts[]", Kind::Group, "one field"),
    optional(
        "environments.*.conflicts[].kind",
        Kind::Text,
        "the kind and its API group, as in `Deployment.apps`, or `Service` for Kubernetes' core; without it, every kind",
    ),
    must(
        "environments.*.conflicts[].path",
        Kind::Text,
        "the field as a plan names it, and all below it: `spec.replicas`, `spec.template.spec.containers[web].image`; `[*]` is every item",
    ),
    optional(
        "environments.*.conflicts[].manager",
        Kind::Text,
        "the field manager that the rule is about; without it, every one",
    ),
    must(
        "environments.*.conflicts[].resolve",
        Kind::Choice(&["ours", "theirs", "ignore"]),
        "`ours` takes the field; `theirs` leaves it while another manager owns it; `ignore` leaves it once the object is there",
    ),
    key(
        "environments.*.image_wait",
        Kind::Duration,
        Default::Is("5m"),
        "how long a deploy waits for an image of `images` that its registry does not have yet",
    ),
    optional(
        "environments.*.verify",
        Kind::List,
        "what must hold once everything is ready, one after the other: only then the deploy has succeeded",
    ),
    must("environments.*.verify[]", Kind::Group, "one verification: `http`, `promql` or `job`"),
    optional(
        "environments.*.verify[].http",
        Kind::TextOrGroup,
        "an address that must answer well; the address alone is short for `{url: ADDRESS}`",
    ),
    must("environments.*.verify[].http.url", Kind::Text, "the address; a redirect is an answer, and not followed"),
    key(
        "environments.*.verify[].http.status",
        Kind::Count,
        Default::Is("200 to 299"),
        "the status that it must answer with",
    ),
    optional("environments.*.verify[].http.contains", Kind::Text, "a text that must be in what it answers"),
    optional("environments.*.verify[].http.token", Kind::Text, TOKEN),
    optional(
        "environments.*.verify[].promql",
        Kind::Group,
        "a query that a server with Prometheus' API must answer well",
    ),
    must(
        "environments.*.verify[].promql.server",
        Kind::Text,
        "its address, before `/api/v1/query`, as in `https://prometheus.example`",
    ),
    must("environments.*.verify[].promql.query", Kind::Text, "the query; a vector or a scalar"),
    must(
        "environments.*.verify[].promql.condition",
        Kind::Text,
        "what every value of the answer must be, as in `> 0.99`; no value, or one that is no number, is not good",
    ),
    optional("environments.*.verify[].promql.token", Kind::Text, TOKEN),
    optional(
        "environments.*.verify[].job",
        Kind::Text,
        "a Job of the set, by its name: it runs anew for each commit, after everything else is ready",
    ),
    key(
        "environments.*.verify[].for",
        Kind::Duration,
        Default::Is("5s"),
        "how long every answer must be good: one that is not starts the time again",
    ),
    key("environments.*.verify[].timeout", Kind::Duration, Default::Is("2m"), "when to give up asking"),
    optional("environments.*.url", Kind::Text, "its public address, shown to people"),
    gate("environments.*.mode", Kind::Choice(&["deploy", "observe"]), "deploy", "`observe` plans and never writes"),
    later("environments.*.ttl", "how long a preview lives"),
    optional(
        "environments.*.retired",
        Kind::Choice(RETIRED),
        "it ends: `delete` deletes its objects, `orphan` leaves them to others; the entry stays until none is left",
    ),
    later("environments.*.state", "the namespace of the inventory, where it is not the target's"),
];

const fn key(path: &'static str, kind: Kind, default: Default, doc: &'static str) -> Key {
    Key { path, kind, default, merge: Merge::Own, built: true, doc }
}

const fn optional(path: &'static str, kind: Kind, doc: &'static str) -> Key {
    key(path, kind, Default::None, doc)
}

const fn must(path: &'static str, kind: Kind, doc: &'static str) -> Key {
    key(path, kind, Default::Required, doc)
}

const fn gate(path: &'static str, kind: Kind, default: &'static str, doc: &'static str) -> Key {
    Key { path, kind, default: Default::Is(default), merge: Merge::Both, built: true, doc }
}

const fn both(path: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key { merge: Merge::Both, ..optional(path, kind, doc) }
}

const fn later(path: &'static str, doc: &'static str) -> Key {
    Key { path, kind: Kind::Any, default: Default::None, merge: Merge::Own, built: false, doc }
}

const fn instead(path: &'static str, other: &'static str, doc: &'static str) -> Key {
    Key { default: Default::Unless(other), ..later(path, doc) }
}
