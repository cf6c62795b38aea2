//! A Helm chart as the source: what is rendered, where it comes from, what is left out, and how it fails.

#![expect(clippy::disallowed_types, reason = "Helm is run as the author of a chart would")]

use std::fs;
use std::process::{Command, Output};

use landfall_fakehost::Change::Write;
use landfall_test_cluster::shared;
use landfall_world::tool;
use serde_json::Value;

use crate::checkout::Checkout;

const CHART: (&str, &str) = ("deploy/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n");
const A: &str = "deploy/templates/a.yaml";

fn map(name: &str, value: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{key: {value}}}\n")
}

/// Returns the one key of every `ConfigMap`, by its name.
fn keys(objects: &[Value]) -> Vec<String> {
    let key = |object: &Value| format!("{}={}", object["metadata"]["name"], object["data"]["key"]).replace('"', "");
    objects.iter().map(key).collect()
}

#[test]
fn a_chart_is_rendered_with_the_values_of_the_rules() {
    let keys_of_rules = "render: {helm: {release: eu, values: [env/a.yaml, env/b.yaml], \
        set: {tag: '{{ commit }}', text: 'a,{b}=\\', number: '7'}}},";
    let value = "{{ list .Release.Name .Release.Namespace .Release.IsInstall .Values.a .Values.b .Values.tag .Values.text \
        (kindOf .Values.number) | join \" \" | quote }}";
    let checkout = Checkout::ruled(
        keys_of_rules,
        &[CHART, (A, &map("a", value)), ("env/a.yaml", "a: 1\nb: 1\n"), ("env/b.yaml", "b: 2\ntag: x\n")],
    );
    let commit = checkout.git(&["rev-parse", "HEAD"]);
    assert_eq!(keys(&checkout.objects()), [format!("a=eu shop true 1 2 {commit} a,{{b}}=\\\\ string")]);
}

#[test]
fn the_release_is_called_as_the_application() {
    let checkout = Checkout::with(&[CHART, (A, &map("{{ .Release.Name }}", "x"))]);
    assert_eq!(keys(&checkout.objects()), ["shop=x"]);
}

#[test]
fn a_chart_asks_for_what_the_cluster_serves_where_that_is_known() {
    let value = "{{ .Capabilities.APIVersions.Has \"example.com/v1/Thing\" | quote }}";
    let checkout = Checkout::with(&[CHART, (A, &map("a", value))]);
    assert_eq!(keys(&checkout.objects()), ["a=false"]);
    let facts = r#"{"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "", "resources": [
        {"name": "configmaps", "kind": "ConfigMap", "version": "v1", "namespaced": true, "verbs": ["list"]},
        {"name": "things", "kind": "Thing", "group": "example.com", "version": "v1", "namespaced": true, "verbs": ["list"]}]}"#;
    let file = checkout.path().join(".git/facts.json");
    fs::write(&file, facts).unwrap();
    let output = checkout.run(&["render", "--format", "json", "--facts", &file.display().to_string()]);
    let objects: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(keys(&objects), ["a=true"]);
}

#[test]
fn definitions_are_rendered_and_tests_are_left_out_with_a_word() {
    let crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.example.com}\n\
        spec: {group: example.com, scope: Namespaced, names: {kind: Thing, plural: things}, \
        versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]}\n";
    let hook = |name: &str, events: &str| {
        format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, annotations: {{helm.sh/hook: '{events}'}}}}\n")
    };
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: kept, annotations: {helm.sh/hook: pre-upgrade, helm.sh/hook-delete-policy: hook-succeeded}}\n\
        spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}}\n";
    let checkout = Checkout::with(&[
        CHART,
        (A, &map("a", "x")),
        ("deploy/crds/thing.yaml", crd),
        ("deploy/templates/NOTES.txt", "Thank you"),
        ("deploy/templates/test.yaml", &hook("try", "test, pre-delete")),
        ("deploy/templates/before.yaml", &hook("before", "pre-install,pre-delete")),
        ("deploy/templates/job.yaml", job),
    ]);
    let names: Vec<Value> = checkout.objects().iter().map(|object| object["metadata"]["name"].clone()).collect();
    assert_eq!(names, ["a", "before", "things.example.com", "kept"]);
    let said = checkout.checked();
    let left_out = "The Pod of deploy/templates/test.yaml:1 is left out: no deploy runs its hook `test`, `pre-delete`.";
    assert!(said.contains(left_out), "{said}");
    assert!(!said.contains("Pod/before"), "{said}");
    let kept = "`Job/kept` of deploy/templates/job.yaml:1 stays when it has ended, whatever its delete policy `hook-succeeded` \
        says: the finished Job is how the next deploy knows what ran.";
    assert!(said.contains(kept), "{said}");
}

#[test]
fn lookups_and_values_that_change_by_themselves_are_told() {
    let text = "{{ randAlphaNum 8 }}\n  at: {{ now | unixEpoch | quote }}\n  found: {{ len (lookup \"v1\" \"Pod\" \"\" \"\") | quote }}";
    let value = format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\nstringData:\n  key: {text}\n");
    let hook = value.replace("{name: a}", "{name: t, annotations: {helm.sh/hook: test}}").replace("lookup", "list");
    let checkout = Checkout::with(&[
        CHART,
        (A, &value),
        ("deploy/templates/b.yaml", &map("b", "now")),
        ("deploy/templates/t.yaml", &hook),
    ]);
    let output = checkout.run(&["plan", "--offline"]);
    let said = String::from_utf8(output.stdout).unwrap();
    let differs = "Different in every render, so every deploy changes it: /stringData/at, /stringData/key.";
    assert_eq!(said.matches(differs).count(), 1, "{said}");
    assert_eq!(said.to_lowercase().matches("different in every render").count(), 1, "{said}");
    assert!(said.contains("is rendered, but is called in deploy/templates/a.yaml."), "{said}");
}

#[test]
fn an_object_comes_from_its_template_and_from_a_line_only_where_that_is_certain() {
    let inner = "apiVersion: v2\nname: inner\nversion: 1.0.0\n";
    let needs = format!("{}dependencies: [{{name: inner, version: 1.x, alias: other}}]\n", CHART.1);
    let marked = format!("---\n# Source: elsewhere/b.yaml\n{}", map("b", "x"));
    let checkout = Checkout::with(&[
        ("deploy/Chart.yaml", &needs),
        (A, &format!("{{{{- if true }}}}\n{}{{{{- end }}}}\n", map("a", "x"))),
        ("deploy/templates/b.yaml", &marked),
        ("deploy/templates/c.yaml", &format!("{}---\n{}", map("c1", "x"), map("c2", "x"))),
        ("deploy/templates/d.yaml", "{{ include \"d\" . }}\n# kind: ConfigMap\n"),
        ("deploy/templates/_d.tpl", &format!("{{{{ define \"d\" }}}}\n{}{{{{ end }}}}", map("d", "x"))),
        ("deploy/charts/folder/Chart.yaml", inner),
        ("deploy/charts/folder/templates/e.yaml", &map("e", "x")),
    ]);
    let plan = checkout.run(&["plan", "--offline"]);
    let text = String::from_utf8(plan.stdout).unwrap();
    let lines = text.lines().filter_map(|line| line.strip_prefix("+ create ConfigMap/"));
    assert_eq!(
        lines.collect::<Vec<_>>(),
        [
            "a · deploy/templates/a.yaml:2",
            "b · deploy/templates/b.yaml:3",
            "c1 · deploy/templates/c.yaml",
            "c2 · deploy/templates/c.yaml",
            "d · deploy/templates/d.yaml",
            "e · deploy/charts/folder/templates/e.yaml:1",
        ],
        "{text}"
    );
}

#[test]
fn a_key_that_a_template_writes_twice_is_told() {
    let checkout = Checkout::with(&[CHART, (A, &format!("{}  \ndata: {{key: second}}\n", map("a", "first")))]);
    assert_eq!(keys(&checkout.objects()), ["a=second"]);
    let plan = checkout.run(&["plan", "--offline"]);
    let text = String::from_utf8(plan.stdout).unwrap();
    assert!(
        text.contains("a · deploy/templates/a.yaml:1\n    Written twice, and only the last counts: /data"),
        "{text}"
    );
}

#[test]
fn a_password_that_is_a_usual_word_hides_no_path_and_no_expression() {
    let values = ("deploy/values.yaml", "auth: {password: templates}\nother: {token: index}\n");
    for (template, why) in [
        ("{{ fail (print \"no \" .Values.auth.password) }}", "deploy/templates/a.yaml:1:4: no ***\n"),
        ("{{ fail \"no subtemplates\" }}", "deploy/templates/a.yaml:1:4: no subtemplates\n"),
        ("{{ index .Values.auth 3 }}", "deploy/templates/a.yaml:1:4: `index .Values.auth 3` fails: "),
    ] {
        let said = Checkout::with(&[CHART, (A, template), values]).told();
        assert!(said.contains(why), "{template}: {said}");
    }
}

#[test]
fn a_values_file_is_no_list_of_files() {
    let machine = tempfile::tempdir().unwrap();
    let theirs = machine.path().join("v.yaml");
    fs::write(&theirs, "key: of-the-runner\n").unwrap();
    let odd = format!("env/x,{}", theirs.display());
    let ruled = format!("render: {{helm: {{values: ['{odd}']}}}},");
    let files = [CHART, (A, &map("a", "{{ .Values.key }}")), (odd.as_str(), "key: ours\n")];
    assert_eq!(keys(&Checkout::ruled(&ruled, &files).objects()), ["a=ours"]);
}

#[test]
fn text_that_a_template_takes_for_true_is_refused_in_the_rules() {
    let checkout = Checkout::ruled("render: {helm: {set: {on: 'false'}}},", &[CHART]);
    let (code, said) = checkout.render();
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("the text `false` counts as true") && said.contains("a file of `values`"), "{said}");
}

#[test]
fn a_folder_that_could_be_rendered_in_two_ways_is_refused() {
    let kustomization = ("deploy/kustomization.yaml", "resources: [templates/a.yaml]\n");
    let files = [CHART, (A, &map("a", "x")), kustomization];
    let said = Checkout::with(&[files.as_slice(), &[("deploy/b.yaml.tera", "")]].concat()).told();
    assert!(said.contains("`kustomize`, `helm` or `tera`."), "{said}");
    assert_eq!(keys(&Checkout::ruled("render: helm,", &files).objects()), ["a=x"]);
    assert_eq!(keys(&Checkout::ruled("render: kustomize,", &files).objects()), ["a=x"]);
}

/// Runs Helm as the author of a chart would.
fn helm(checkout: &Checkout, args: &[&str]) -> Output {
    let home = checkout.path().join(".git/home");
    let output =
        Command::new(tool("helm")).args(args).current_dir(checkout.path()).env_clear().env("HOME", home).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// A chart that needs another one, which is in no `charts/`.
fn needing(repository: &str, rules: &str) -> Checkout {
    let needs = format!("{}dependencies: [{{name: lib, version: 1.x, repository: '{repository}'}}]\n", CHART.1);
    Checkout::ruled(
        rules,
        &[
            ("deploy/Chart.yaml", &needs),
            (A, &map("a", "x")),
            ("lib/Chart.yaml", "apiVersion: v2\nname: lib\nversion: 1.2.3\n"),
            ("lib/templates/b.yaml", &map("b", "{{ len (lookup \"v1\" \"Pod\" \"\" \"\") | quote }}")),
        ],
    )
}

#[test]
fn a_missing_chart_is_named_with_what_to_do() {
    let listed = needing("https://charts.example", "render: {helm: {repositories: ['https://charts.example/']}},");
    assert!(listed.told().contains("commit deploy/Chart.lock: it says which version"), "{}", listed.told());
    assert!(needing("", "").told().contains("Put it into deploy/charts."));
}

#[test]
fn of_several_charts_only_the_missing_ones_are_named() {
    let vendored = |missing: &str, rules: &str| {
        let needs = format!(
            "{}dependencies:\n- {{name: cache, version: 1.x, repository: 'https://charts.example'}}\n\
             - {{name: crds, version: 1.x}}\n{missing}",
            CHART.1
        );
        let part = |name: &str| format!("apiVersion: v2\nname: {name}\nversion: 1.2.3\n");
        let files = [
            ("deploy/Chart.yaml", needs.as_str()),
            ("deploy/Chart.lock", "dependencies: []\n"),
            ("deploy/charts/cache/Chart.yaml", &part("cache")),
            ("deploy/charts/crds/Chart.yaml", &part("crds")),
            (A, &map("a", "x")),
        ];
        Checkout::ruled(rules, &files)
    };
    let db = "- {name: db, version: 2.x, repository: 'https://db.example'}\n";
    let build = "un `helm dependency build deploy` and commit deploy/charts, or list https://db.example in \
        `render.helm.repositories`";
    let said = vendored(db, "").told();
    let expected = "needs the chart db 2.x https://db.example, which is not in deploy/charts\n\nNext step: R";
    assert!(said.ends_with(&format!("{expected}{build}.\n")), "{said}");
    let said = vendored(&format!("{db}- {{name: own, version: 3.x}}\n"), "").told();
    let expected = "needs the charts db 2.x https://db.example and own 3.x, which are not in deploy/charts\n\n\
        Next step: For db 2.x https://db.example, r";
    assert!(said.ends_with(&format!("{expected}{build}; for own 3.x, put it into deploy/charts.\n")), "{said}");
    let said = vendored(db, "render: {helm: {repositories: ['https://db.example']}},").told();
    assert!(said.contains("or list https://charts.example too in `render.helm.repositories`"), "{said}");
    assert_eq!(keys(&vendored("", "").objects()), ["a=x"]);
}

#[test]
fn a_vendored_chart_is_used_packed_and_as_a_folder() {
    let checkout = needing("https://charts.example", "");
    helm(&checkout, &["package", "lib", "-d", "deploy/charts"]);
    checkout.commit();
    assert_eq!(keys(&checkout.objects()), ["a=x", "b=0"]);
    let said = checkout.checked();
    assert!(said.contains("is called in deploy/charts/lib-1.2.3.tgz: templates/b.yaml"), "{said}");
    checkout.git(&["rm", "-q", "-r", "deploy/charts"]);
    fs::create_dir_all(checkout.path().join("deploy/charts")).unwrap();
    checkout.git(&["mv", "lib", "deploy/charts/any-name"]);
    checkout.commit();
    assert_eq!(keys(&checkout.objects()), ["a=x", "b=0"]);
    assert!(checkout.checked().contains("is called in deploy/charts/any-name/templates/b.yaml"));
}

#[test]
fn a_chart_beside_the_chart_is_used_and_one_outside_is_refused() {
    let checkout = needing("file://../lib", "");
    assert_eq!(keys(&checkout.objects()), ["a=x", "b=0"]);
    for outside in ["file://../../lib", "file:///etc", "file://../nothing"] {
        let said = needing(outside, "").told();
        assert!(said.contains(&format!("deploy/Chart.yaml names {outside}, which is not in the commit")), "{said}");
    }
}

#[test]
fn what_changes_by_itself_is_told_also_where_a_file_of_the_chart_is_the_template() {
    for (template, file) in [
        ("{{ tpl (.Files.Get \"x.tpl\") . | quote }}", "{{ randAlpha 9 }}"),
        ("{{ \"secret\" | encryptAES \"0123456789abcdef\" | quote }}", ""),
        ("{{ date \"15:04:05\" .Values.none | quote }}", ""),
    ] {
        let files = [CHART, (A, &map("a", template)), ("deploy/x.tpl", file)];
        let output = Checkout::with(&files).run(&["plan", "--offline"]);
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(
            said.contains("Different in every render, so every deploy changes it: /data/key"),
            "{template}: {said}"
        );
    }
}

#[test]
fn a_lock_is_followed_also_where_the_chart_leaves_it_out() {
    let checkout = needing("file://../lib", "");
    helm(&checkout, &["dependency", "update", "deploy"]);
    fs::remove_dir_all(checkout.path().join("deploy/charts")).unwrap();
    checkout.write("deploy/.helmignore", "Chart.lock\ntemplates/left-out.yaml\n");
    checkout.write("deploy/templates/left-out.yaml", map("c", "x"));
    checkout.commit();
    assert_eq!(keys(&checkout.objects()), ["a=x", "b=0"]);
    checkout.write("lib/Chart.yaml", "apiVersion: v2\nname: lib\nversion: 1.9.9\n");
    checkout.commit();
    let said = checkout.told();
    assert!(said.contains("the version of the chart lib that the lock names is not there"), "{said}");
}

#[test]
fn a_lock_names_no_chart_that_the_chart_does_not() {
    let checkout = needing("file://../lib", "");
    let machine = tempfile::tempdir().unwrap();
    fs::write(machine.path().join("Chart.yaml"), "apiVersion: v2\nname: lib\nversion: 1.2.3\n").unwrap();
    helm(&checkout, &["dependency", "update", "deploy"]);
    fs::remove_dir_all(checkout.path().join("deploy/charts")).unwrap();
    let lock = fs::read_to_string(checkout.path().join("deploy/Chart.lock")).unwrap();
    let theirs = format!("file://{}", machine.path().display());
    checkout.write("deploy/Chart.lock", lock.replace("file://../lib", &theirs));
    checkout.commit();
    let said = checkout.told();
    assert!(
        said.contains(&format!("deploy/Chart.lock names the chart lib {theirs}, and Chart.yaml does not")),
        "{said}"
    );
    checkout.write("deploy/Chart.lock", lock);
    checkout.commit();
    assert_eq!(keys(&checkout.objects()), ["a=x", "b=0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listed_repository_is_asked_and_its_digest_counts() {
    let store = tempfile::tempdir().unwrap();
    let address = serve(store.path().to_owned()).await;
    let ruled = format!("render: {{helm: {{repositories: ['{address}']}}}},");
    let checkout = needing(&address, &ruled);
    let folder = store.path().display().to_string();
    helm(&checkout, &["package", "lib", "-d", &folder]);
    helm(&checkout, &["repo", "index", &folder]);
    helm(&checkout, &["dependency", "update", "deploy"]);
    fs::remove_dir_all(checkout.path().join("deploy/charts")).unwrap();
    checkout.commit();
    assert_eq!(keys(&checkout.objects()), ["a=x", "b=0"]);

    // Another chart of the same version, which nobody put into the index.
    checkout.write("lib/templates/b.yaml", map("b", "other"));
    helm(&checkout, &["package", "lib", "-d", &folder]);
    let said = checkout.told();
    assert!(said.contains("which is not in deploy/charts as it must be: its digest is"), "{said}");
    let index = store.path().join("index.yaml");
    let without = fs::read_to_string(&index).unwrap();
    let without: Vec<&str> = without.lines().filter(|line| !line.contains("digest")).collect();
    fs::write(&index, without.join("\n")).unwrap();
    assert!(checkout.told().contains("index has no digest of it"), "{}", checkout.told());
}

/// Serves the files of a folder on this machine, and returns its address.
async fn serve(folder: std::path::PathBuf) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let read = stream.read(&mut request).await.unwrap_or_default();
            let request = String::from_utf8_lossy(&request[..read]).into_owned();
            let name = request.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
            let body = fs::read(folder.join(name)).unwrap_or_default();
            let status = if body.is_empty() { "404 Not Found" } else { "200 OK" };
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            stream.write_all(&[head.as_bytes(), &body].concat()).await.ok();
        }
    });
    address
}

#[tokio::test]
async fn a_chart_is_planned_and_deployed() {
    let files = |value: &str| map("{{ .Release.Name }}-a", value);
    let (first, second) = (files("'1'"), files("{{ .Capabilities.KubeVersion.Minor | quote }}"));
    tool("helm");
    let (world, namespace) = crate::world(&[CHART, (A, &first)]).await;
    let deployed = world.deploy().await.unwrap();
    assert_eq!(deployed.code, 0, "{}", deployed.everything());

    let proposal = world.propose("change", "ask the server", &[(A, Write(second.as_str()))]).await.unwrap();
    let plan = world.plan(proposal).await.unwrap();
    assert_eq!(plan.code, 0, "{}", plan.everything());
    let comments = world.comments(proposal).await.unwrap();
    assert!(
        comments[0].contains("ConfigMap/shop-a") && comments[0].contains("deploy/templates/a.yaml"),
        "{}",
        comments[0]
    );
    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.everything());
    let cluster = shared().await;
    let version = |args: &[&str]| String::from_utf8(cluster.kubectl(args).stdout).unwrap();
    let minor = version(&["get", "--raw", "/version"]);
    let minor: Value = serde_json::from_str(&minor).unwrap();
    let live = version(&["get", "configmap", "shop-a", "-n", &namespace, "-o", "jsonpath={.data.key}"]);
    assert_eq!(live, minor["minor"].as_str().unwrap());
}
