//! Files of every production of YAML, with go-yaml's pitfalls for scalars, mostly valid.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::BoxedStrategy;

/// A node as it will be written.
#[derive(Clone, Debug)]
enum Node {
    /// On the line of its key or item.
    Inline(String),
    /// The header of a block of text, and its lines.
    Text(String, Vec<String>),
    /// An anchor or a tag, or both, in front of a node.
    Marked(String, Box<Node>),
    Sequence(Vec<(Node, String)>),
    Mapping(Vec<(String, Node, String)>),
}

const WORDS: &[&str] = &[
    "y",
    "Y",
    "yes",
    "Yes",
    "YES",
    "yEs",
    "n",
    "N",
    "no",
    "NO",
    "on",
    "On",
    "off",
    "OFF",
    "true",
    "True",
    "tRue",
    "false",
    "FALSE",
    "~",
    "null",
    "Null",
    "NULL",
    "nUll",
    "",
    "=",
    "<<",
    "0",
    "-0",
    "0o17",
    "0O17",
    "0644",
    "0899",
    "08",
    "0x",
    "0xFF",
    "0XfF",
    "-0x1f",
    "+0x1F",
    "0b",
    "0b101",
    "-0b11",
    "0b-1",
    "0b12",
    "1_000",
    "_1",
    "1_",
    "1__0",
    "0x_f",
    "0_7",
    "1e3",
    "1E+3",
    "1e",
    "1e-",
    ".5",
    "5.",
    "+.5",
    "-.5",
    ".",
    "..",
    ".e1",
    "1.10",
    "1.0",
    "1e400",
    "-1e400",
    "1e-400",
    "12e03",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "0777777777777777777777",
    "01777777777777777777777",
    "1e21",
    "1e20",
    "123456789012345678901",
    "0.1e-6",
    "0.000001",
    "190:20:30",
    "12:30",
    "1:1",
    "2001-12-14",
    "2001-1-1",
    "2001-99-99",
    "2001-12-14 21:59:43.10",
    "2001-12-14t21:59:43.10-05:00",
    "2001-12-15T02:59:43.1Z",
    "inf",
    "nan",
    "Infinity",
    "NaN",
    "a b",
    "a #b",
    "a#b",
    "a:b",
    "-a",
    "--",
    "a'b",
    "\\n",
    "a\\",
    "é",
    "𝄞",
    "\u{A0}",
    "\u{FFFD}",
    "\u{200B}",
    "a\u{85}b",
    "a\u{2028}b",
    "a \u{2029} b",
    "a\tb",
    "a\t",
];

/// Words that most places refuse.
const ODD_WORDS: &[&str] = &[
    "a: b",
    "? a",
    ":",
    "!a",
    "!",
    "!!",
    "@a",
    "`a",
    "%a",
    "\"a",
    "'a",
    "&a",
    "*a",
    "&",
    "*",
    "|",
    ">",
    "[a",
    "a]",
    "{a",
    "a}",
    "{{ .Values.x }}",
    "{{a}}",
    "\u{7f}",
    "\ta",
    "- a",
    "-",
    ".inf",
    "-.INF",
    "+.Inf",
    ".nan",
    ".NaN",
    "a,b",
    "?a",
    ":a",
];

const TAGS: &[&str] = &[
    "!!str",
    "!!int",
    "!!float",
    "!!bool",
    "!!null",
    "!!binary",
    "!!timestamp",
    "!!merge",
    "!!map",
    "!!seq",
    "!!set",
    "!!omap",
    "!!foo",
    "!foo",
    "!",
    "!<tag:yaml.org,2002:str>",
    "!<tag:yaml.org,2002:int>",
    "!<x>",
    "!e!x",
    "!!i%6Et",
    "!%C3%A9",
    "!%ff",
    "!a,b",
    "!!str,",
];

const KEYS: &[&str] = &[
    "a",
    "b",
    "c",
    "key",
    "a b",
    "1",
    "01",
    "0x1",
    "1.5",
    "1e3",
    "1e30",
    "true",
    "yes",
    "no",
    "on",
    "~",
    "null",
    "",
    "\"\"",
    "\"1\"",
    "'a'",
    "\"<<\"",
    "2001-01-01",
    ".inf",
    ".nan",
    "18446744073709551615",
    "? a",
    "?",
    "? [a]",
    "[a]",
    "{a: b}",
    "*a",
    "&k a",
    "!!str 1",
    "!!int \"1\"",
    "!!binary YQ==",
    "\"a\\nb\"",
    "a:b",
    "é",
    "-1",
    "- a",
    "[]",
    "a\t",
    "\"a\" ",
    "? |\n   x\n",
];

const MERGES: &[&str] = &[
    "*a",
    "*b",
    "*a",
    "*b",
    "[*a, *b]",
    "[*b, *a]",
    "*a",
    "[*b, *a]",
    "[*b, {a: 1}]",
    "{b: 2, <<: *a}",
    "{a: 1}",
    "[]",
    "~",
    "1",
    "[1]",
    "[[]]",
    "*zz",
];

const ENDINGS: &[&str] = &[
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    " ",
    " # comment",
    "#",
    " #",
    "\t",
    " \t# c",
    "\n",
    "\n\n",
    "\n# c",
    "\n   # c",
    "\n\t",
];

pub(crate) fn files() -> BoxedStrategy<Vec<u8>> {
    let documents = vec((document(), separator()), 1..4);
    (
        weighted(0.05, select(&["\u{FEFF}", "\n", "# c\n", "%YAML 1.1\n", "---\n", "--- # c\n"][..])),
        documents,
        line_end(),
    )
        .prop_map(|(start, documents, line_end)| {
            let mut text = start.unwrap_or("").to_owned();
            for (document, separator) in documents {
                text.push_str(&document);
                text.push_str(separator);
            }
            encoded(&text.replace('\n', line_end), line_end)
        })
        .boxed()
}

/// One file in forty is UTF-16, chosen by what is there already.
fn encoded(text: &str, line_end: &str) -> Vec<u8> {
    if line_end == "\r\n" && text.len().is_multiple_of(8) {
        return [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    }
    text.as_bytes().to_vec()
}

fn line_end() -> impl Strategy<Value = &'static str> {
    prop_oneof![20 => Just("\n"), 4 => Just("\r\n"), 1 => Just("\r"), 1 => Just("\n\n"), 1 => Just("\r\r\n")]
}

fn separator() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        20 => Just("---\n"),
        4 => select(&["...\n", "...\n---\n", "--- # c\n", "--- \n", "---\t\n", "... # c\n", "..\n", "\n"][..]),
        1 => select(&["--- a\n", "---a\n", "----\n", "...a\n", "%TAG ! x\n---\n", "--- |\n a\n", " ---\n", "]\n", "}\n"][..]),
    ]
}

fn document() -> impl Strategy<Value = String> {
    prop_oneof![
        9 => node().prop_map(|node| written(&node, 0)),
        9 => node().prop_map(|node| anchored(&node)),
        1 => json(),
        1 => scalar(),
    ]
}

/// Writes a mapping whose values may use the anchors that stand at its top.
fn anchored(node: &Node) -> String {
    let body = written(node, 2);
    format!("x: &a {{a: 1, b: {{c: 2}}}}\ny: &b\n  b: 3\n  <<: *a\nz:\n{body}")
}

fn written(node: &Node, indent: usize) -> String {
    let mut text = String::new();
    let step = 1 + indent % 3;
    write(node, indent, step, Place::Line, &mut text);
    if text.ends_with('\n') { text } else { text + "\n" }
}

/// Where a node stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At the start of a line.
    Line,
    Item,
    Value,
}

fn write(node: &Node, indent: usize, step: usize, place: Place, out: &mut String) {
    let pad = " ".repeat(indent);
    match node {
        Node::Inline(text) => out.push_str(&text.replace('\n', &format!("\n{pad} "))),
        Node::Marked(mark, node) => {
            out.push_str(mark);
            let block = matches!(**node, Node::Sequence(_) | Node::Mapping(_));
            out.push(if block { '\n' } else { ' ' });
            write(node, indent, step, Place::Line, out);
        }
        Node::Text(header, lines) => {
            out.push_str(header);
            for line in lines {
                out.push('\n');
                out.push_str(&pad);
                out.push_str(line);
            }
        }
        Node::Sequence(items) => {
            for (at, (item, ending)) in items.iter().enumerate() {
                start_line(at, place, &pad, out);
                out.push_str("- ");
                write(item, indent + 2, step, Place::Item, out);
                out.push_str(ending);
            }
        }
        Node::Mapping(pairs) => {
            for (at, (key, value, ending)) in pairs.iter().enumerate() {
                start_line(at, place, &pad, out);
                out.push_str(key);
                out.push_str(": ");
                write(value, indent + step, step, Place::Value, out);
                out.push_str(ending);
            }
        }
    }
}

fn start_line(at: usize, place: Place, pad: &str, out: &mut String) {
    if at > 0 || place == Place::Value {
        out.push('\n');
    }
    if at > 0 || place != Place::Item {
        out.push_str(pad);
    }
}

fn node() -> BoxedStrategy<Node> {
    let leaf = prop_oneof![6 => flow().prop_map(Node::Inline), 1 => text()];
    let ending = || select(ENDINGS).prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let sequence = vec((inner.clone(), ending()), 1..4).prop_map(Node::Sequence);
        let merge = (Just("<<".to_owned()), select(MERGES).prop_map(|merge| Node::Inline(merge.to_owned())), ending());
        let pair = (key(), inner.clone(), ending());
        let mapping = vec(prop_oneof![12 => pair, 1 => merge], 1..5).prop_map(Node::Mapping);
        prop_oneof![
            2 => sequence,
            5 => mapping,
            1 => (marks(), inner).prop_map(|(mark, node)| Node::Marked(mark, Box::new(node))),
        ]
    })
    .boxed()
}

fn marks() -> impl Strategy<Value = String> {
    prop_oneof![
        12 => select(&["&a", "&b", "&a-1"][..]).prop_map(str::to_owned),
        1 => select(&["&a &b", "&", "&é"][..]).prop_map(str::to_owned),
        2 => select(TAGS).prop_map(str::to_owned),
        1 => select(TAGS).prop_map(|tag| format!("&a {tag}")),
        1 => select(TAGS).prop_map(|tag| format!("{tag} &b")),
    ]
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        30 => "[a-m]",
        2 => select(KEYS).prop_map(str::to_owned),
        1 => plain(),
        1 => quoted(),
    ]
}

fn flow() -> BoxedStrategy<String> {
    let leaf = prop_oneof![30 => scalar(), 1 => select(&["*a", "*b", "*a", "*b", "*zz"][..]).prop_map(str::to_owned)];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let glue = || select(&[", ", ",", " , ", ",\n", ", # c\n", "\t,\t"][..]);
        let pair = (key(), select(&[": ", ":", " : ", ":\t", " ", ":\n"][..]), inner.clone());
        let pair = pair.prop_map(|(key, colon, value)| format!("{key}{colon}{value}")).boxed();
        let merge = select(MERGES).prop_map(|merge| format!("<<: {merge}"));
        let entry = prop_oneof![8 => inner.clone(), 1 => pair.clone()];
        let member = prop_oneof![30 => pair, 1 => merge, 1 => inner.clone()];
        prop_oneof![
            1 => (vec(entry, 0..4), glue()).prop_map(|(items, glue)| format!("[{}]", items.join(glue))),
            1 => (vec(member, 0..4), glue()).prop_map(|(pairs, glue)| format!("{{{}}}", pairs.join(glue))),
            1 => (marks(), inner.clone()).prop_map(|(mark, node)| format!("{mark} {node}")),
        ]
    })
    .boxed()
}

fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        40 => select(WORDS).prop_map(str::to_owned),
        1 => select(ODD_WORDS).prop_map(str::to_owned),
        24 => plain(),
        18 => quoted(),
        2 => (select(TAGS), select(WORDS)).prop_map(|(tag, word)| format!("{tag} {word}")),
        1 => (select(TAGS), quoted()).prop_map(|(tag, word)| format!("{tag} {word}")),
    ]
}

fn plain() -> impl Strategy<Value = String> {
    prop_oneof![
        9 => "[a-z]{1,6}",
        2 => "[-+]?[0-9_]{1,6}",
        2 => "[-+]?0[xXoObB]?[0-9a-fA-F_]{0,5}",
        2 => "[-+.]?[0-9._]{1,6}([eE][-+]?[0-9_]{0,3})?",
        1 => "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][0-9]{1,2}:[0-9]{2}:[0-9]{2}([.,][0-9]{1,3})?(Z|[+-][0-9]{2}:[0-9]{2})?)?",
        1 => "[-?:,\\[\\]{}#&*!|>'\"%@` a0~=<.\\\\\t]{0,6}",
        1 => "[a-z]{1,3}( {0,2}\n {0,2}[a-z#:-]{1,3}){1,3}",
        1 => "[0-9]{15,22}(\\.[0-9]{1,4})?",
    ]
}

fn quoted() -> impl Strategy<Value = String> {
    let escape = select(
        &[
            "\\n",
            "\\t",
            "\\\"",
            "\\\\",
            "\\n",
            "\\t",
            "\\\"",
            "\\\\",
            "\\n",
            "\\t",
            "\\\"",
            "\\'",
            "\\\\",
            "\\0",
            "\\a",
            "\\b",
            "\\e",
            "\\f",
            "\\r",
            "\\v",
            "\\ ",
            "\\N",
            "\\_",
            "\\L",
            "\\P",
            "\\x41",
            "\\u00e9",
            "\\U0001F600",
            "\\ud83d",
            "\\/",
            "\\z",
            "\\x4",
            "\\U00110000",
            "\\\n",
            "\\\n  ",
            "\\\t",
        ][..],
    );
    let part = prop_oneof![
        9 => "[a-z0-9 :,#\\[\\]{}-]{1,4}",
        1 => escape.prop_map(str::to_owned),
        1 => select(&["\n", " \n ", "\n\n", "\t", "é", "''", "\n...", "\u{85}", "\u{2028}", "\n---"][..]).prop_map(str::to_owned),
    ];
    (vec(part, 0..5), select(&['"', '\''][..])).prop_map(|(parts, quote)| {
        let text = parts.concat();
        let text = if quote == '\'' { text.replace(['"'], "") } else { text.replace("''", "") };
        format!("{quote}{text}{quote}")
    })
}

fn text() -> impl Strategy<Value = Node> {
    let header = "[|>]([-+]?[0-9]?|[1-9]?[-+]?|[-+]?|[-+]?)( # c| |\t)?";
    let line = prop_oneof![
        6 => " {1,3}[a-z#:-]{0,4}",
        2 => Just(String::new()),
        1 => "[ \t]{0,4}[a-z]{0,2}[ \t]{0,2}",
        1 => "   [a-z]{0,2}[ \t]{0,2}",
        1 => " {0,2}(---|\\.\\.\\.|# c|\u{85}|a\u{2028}b)",
    ];
    (header, vec(line, 0..5)).prop_map(|(header, lines)| Node::Text(header, lines))
}

fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        select(
            &[
                "1",
                "-0",
                "1.0",
                "1e3",
                "1e400",
                "-1.5E-3",
                "true",
                "null",
                "01",
                "nul",
                "\"\"",
                "\"a\\u00e9\"",
                "\"\\/\"",
                "\"\\ud83d\\ude00\"",
                "\"\\ud83d\"",
                "\"\t\"",
                "9223372036854775808",
                "a"
            ][..]
        )
        .prop_map(str::to_owned),
        "\"[a-z]{0,3}\"",
    ];
    let value = leaf.prop_recursive(3, 10, 3, |inner| {
        let pair = ("\"[a-c]\"|a", inner.clone()).prop_map(|(key, value)| format!("{key}: {value}"));
        prop_oneof![
            vec(inner, 0..3).prop_map(|items| format!("[{}]", items.join(", "))),
            vec(pair, 0..3).prop_map(|pairs| format!("{{{}}}", pairs.join(", "))),
        ]
    });
    let end = select(&["\n", "", "\n\n", " ", ",\n", " # c\n", "\n---\n", "---\n", "{}\n"][..]);
    (vec((value, end), 1..4)).prop_map(|values| {
        let texts = values.into_iter().map(|(value, end)| format!("{{\"v\": {value}}}{end}"));
        texts.collect::<String>()
    })
}
