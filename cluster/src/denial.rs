//! What would lift a denial: new credentials, or the rule of a Role that the server's own words name. Asks nobody.

use crate::Refused;

/// Adds to a 401 what to renew, and to a 403 of the authorizer the rule that would allow the request.
pub(crate) fn explain(mut refused: Refused, server: &str) -> Refused {
    if refused.code == 401 {
        refused.message = format!("the API server {server} does not accept the credentials");
        "the token or certificate has expired or belongs to another cluster: renew it".clone_into(&mut refused.help);
    }
    if refused.code == 403 {
        refused.help = rule(&refused.message).unwrap_or_default();
    }
    refused
}

/// Reads `User "u" cannot get resource "pods/log" in API group "" in the namespace "n"`, which ends with
/// "at the cluster scope" where there is no namespace, and has `path "/version"` where there is no resource.
fn rule(message: &str) -> Option<String> {
    let (verb, what) = message.split_once(" cannot ")?.1.split_once(' ')?;
    let mut names = what.split('"').skip(1).step_by(2);
    let name = names.next()?;
    if what.starts_with("path ") {
        let rule = format!("{{nonResourceURLs: [\"{name}\"], verbs: [\"{verb}\"]}}");
        return Some(format!("a ClusterRole with this rule would allow it, as system:discovery does: {rule}"));
    }
    let group = names.next()?;
    let holder = match names.next().filter(|_| what.contains("\" in the namespace \"")) {
        Some(namespace) => format!("a Role in the namespace {namespace}"),
        None => "a ClusterRole".to_owned(),
    };
    let rule = format!("{{apiGroups: [\"{group}\"], resources: [\"{name}\"], verbs: [\"{verb}\"]}}");
    Some(format!("{holder} with this rule would allow it: {rule}"))
}

#[cfg(test)]
mod tests {
    use super::rule;

    #[test]
    fn a_denial_names_the_rule_that_would_lift_it() {
        let cases = [
            (
                r#"leases.coordination.k8s.io "a" is forbidden: User "u" cannot get resource "leases" in API group "coordination.k8s.io" in the namespace "shop""#,
                r#"a Role in the namespace shop with this rule would allow it: {apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get"]}"#,
            ),
            (
                r#"nodes is forbidden: User "u" cannot list resource "nodes" in API group "" at the cluster scope: RBAC: clusterrole "gone" not found"#,
                r#"a ClusterRole with this rule would allow it: {apiGroups: [""], resources: ["nodes"], verbs: ["list"]}"#,
            ),
            (
                r#"forbidden: User "u" cannot get path "/version""#,
                r#"a ClusterRole with this rule would allow it, as system:discovery does: {nonResourceURLs: ["/version"], verbs: ["get"]}"#,
            ),
        ];
        for (message, expected) in cases {
            assert_eq!(rule(message).as_deref(), Some(expected), "{message}");
        }
        assert_eq!(rule("pods \"a\" is forbidden: violates PodSecurity \"restricted:latest\""), None);
    }
}
