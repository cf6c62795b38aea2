//! What an object lets somebody do: the rights that it gives, and what its pods may do to their node. Does not judge it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::manifest::pod_spec;

/// The fields that put pods into their node's own namespaces.
const NODE_NAMESPACES: [&str; 3] = ["hostNetwork", "hostPID", "hostIPC"];

/// The label that says which Pod Security Standard a namespace enforces.
const POD_SECURITY: &str = "pod-security.kubernetes.io/enforce";

/// The standards, the freest first; a namespace that names none enforces none.
const STANDARDS: [&str; 3] = ["privileged", "baseline", "restricted"];

/// Returns what one object lets somebody do and the other does not, each as a clause: "it gives `get` on `secrets`".
pub(super) fn gained(before: &Value, after: &Value) -> BTreeSet<String> {
    let (old, had) = (rights(before), powers(before));
    let rights = rights(after).into_iter().filter(|right| !old.iter().any(|known| known.covers(right)));
    let powers = powers(after).into_iter().filter(|power| !had.contains(power));
    let level = (level(after) < level(before)).then(|| "pods may do more in this namespace".to_owned());
    rights.map(|right| right.told()).chain(powers).chain(level).collect()
}

/// Returns the rights that an object gives, each as a clause; none for what gives no rights.
pub(super) fn given(object: &Value) -> BTreeSet<String> {
    rights(object).iter().map(Right::told).chain(bound(object)).collect()
}

/// One verb on one kind, as a rule of RBAC gives it; `*` is every one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Right<'a> {
    verb: &'a str,
    /// The API group and the resource, or a path of the API server.
    on: (&'a str, &'a str),
    /// The object; none for all of them.
    name: Option<&'a str>,
}

impl Right<'_> {
    fn covers(&self, other: &Right<'_>) -> bool {
        let is = |mine: &str, theirs: &str| mine == "*" || mine == theirs;
        is(self.verb, other.verb)
            && is(self.on.0, other.on.0)
            && is(self.on.1, other.on.1)
            && (self.name.is_none() || self.name == other.name)
    }

    fn told(&self) -> String {
        let name = self.name.map(|name| format!(" `{name}`")).unwrap_or_default();
        format!("it gives `{}` on `{}`{name}", self.verb, self.on.1)
    }
}

/// Returns every right of a role's rules.
fn rights(object: &Value) -> BTreeSet<Right<'_>> {
    let rules = texts_of(&object["rules"]);
    rules.flat_map(of_rule).collect()
}

fn of_rule(rule: &Value) -> Vec<Right<'_>> {
    let names: Vec<Option<&str>> = match texts(&rule["resourceNames"]) {
        names if names.is_empty() => vec![None],
        names => names.into_iter().map(Some).collect(),
    };
    let (groups, resources) = (texts(&rule["apiGroups"]), texts(&rule["resources"]));
    let on = groups.iter().flat_map(|group| resources.iter().map(move |resource| (*group, *resource)));
    let on = on.chain(texts(&rule["nonResourceURLs"]).into_iter().map(|path| ("", path)));
    let on: Vec<(&str, &str)> = on.collect();
    let verbs = texts(&rule["verbs"]);
    let each = |verb| {
        on.iter().flat_map({
            let names = &names;
            move |on| names.iter().map(move |name| Right { verb, on: *on, name: *name })
        })
    };
    verbs.into_iter().flat_map(each).collect()
}

/// Returns what else an object lets somebody do.
fn powers(object: &Value) -> BTreeSet<String> {
    bound(object).chain(of_pods(pod_spec(object))).collect()
}

/// Returns who is given a role.
fn bound(object: &Value) -> impl Iterator<Item = String> + '_ {
    let role = object["roleRef"]["name"].as_str();
    let subjects = texts_of(&object["subjects"]);
    subjects.filter_map(move |subject| {
        let (kind, name) = (subject["kind"].as_str()?, subject["name"].as_str()?);
        let namespace = subject["namespace"].as_str().map(|it| format!(" of `{it}`")).unwrap_or_default();
        Some(format!("it gives the role `{}` to the {kind} `{name}`{namespace}", role?))
    })
}

fn of_pods(spec: &Value) -> impl Iterator<Item = String> + '_ {
    let node = NODE_NAMESPACES.iter().filter(|field| spec[**field] == true).map(|field| format!("pods have `{field}`"));
    let paths = texts_of(&spec["volumes"]).filter_map(|volume| volume["hostPath"]["path"].as_str());
    let paths = paths.map(|path| format!("pods mount `{path}` of their node"));
    let account = spec["serviceAccountName"].as_str().map(|name| format!("pods run as the service account `{name}`"));
    let lists = ["initContainers", "containers"].into_iter().flat_map(|list| texts_of(&spec[list]));
    node.chain(paths)
        .chain(account)
        .chain(lists.flat_map(move |container| of_container(&spec["securityContext"], container)))
}

fn of_container(pod: &Value, container: &Value) -> Vec<String> {
    let own = &container["securityContext"];
    let name = container["name"].as_str().unwrap_or_default();
    let here = |field: &str| if own[field].is_null() { &pod[field] } else { &own[field] };
    let mut powers: Vec<String> = texts(&own["capabilities"]["add"])
        .iter()
        .map(|power| format!("the container `{name}` has the capability `{power}`"))
        .collect();
    let flags = [
        (own["privileged"] == true, "runs privileged"),
        (own["allowPrivilegeEscalation"] != false, "may gain privileges"),
        (here("runAsNonRoot") != true, "may run as root"),
        (here("seccompProfile").is_null() || here("seccompProfile")["type"] == "Unconfined", "has no seccomp profile"),
        (own["readOnlyRootFilesystem"] != true, "may write to its image's files"),
    ];
    powers.extend(flags.iter().filter(|(is, _)| *is).map(|(_, what)| format!("the container `{name}` {what}")));
    powers
}

/// Returns how strict a namespace is; that of other objects is that of no namespace.
fn level(object: &Value) -> usize {
    let enforced = object["metadata"]["labels"][POD_SECURITY].as_str();
    enforced.and_then(|name| STANDARDS.iter().position(|standard| *standard == name)).unwrap_or_default()
}

fn texts_of(list: &Value) -> std::slice::Iter<'_, Value> {
    list.as_array().map(Vec::as_slice).unwrap_or_default().iter()
}

fn texts(list: &Value) -> Vec<&str> {
    texts_of(list).filter_map(Value::as_str).collect()
}
