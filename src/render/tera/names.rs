//! What Tera and we offer to templates, to say which name was probably meant. Tera has no way to list it.

/// Every filter.
const FILTERS: &str = "abs b64decode b64encode capitalize default escape escape_html escape_xml first float get \
    group_by indent int join keys last length lower newlines_to_br nindent nth pairs pluralize quote replace reverse \
    round safe sha256 sort split str title to_json to_yaml trim trim_end trim_start truncate unique upper values wordcount";
/// Every test.
const TESTS: &str = "array bool containing defined divisible_by ending_with even float integer iterable map none \
    number odd starting_with string undefined";
/// Every function.
const FUNCTIONS: &str = "range throw";

/// Returns every name of what Tera calls a filter, a test or a function.
pub(super) fn of(what: &str) -> Vec<String> {
    let names = match what {
        "filter" => FILTERS,
        "test" => TESTS,
        "function" => FUNCTIONS,
        _ => "",
    };
    names.split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::tera::worker::engine;

    #[test]
    fn every_name_is_one_that_the_engine_knows() {
        let is_known = |text: &str| match engine().add_raw_template("a", text) {
            Ok(()) => true,
            Err(error) => !error.to_string().contains("Unknown"),
        };
        for (what, before, after) in
            [("filter", "{{ 1 | ", " }}"), ("test", "{{ 1 is ", " }}"), ("function", "{{ ", "() }}")]
        {
            assert!(!is_known(&format!("{before}nothing{after}")), "{what}");
            assert!(of(what).iter().all(|name| is_known(&format!("{before}{name}{after}"))), "{what}");
        }
    }
}
