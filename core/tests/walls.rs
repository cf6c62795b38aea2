//! What must not compile. Each wall has a twin in `walls/pass` that differs in one step and compiles.

#[test]
fn no_way_around_a_permit_or_an_approval_compiles() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/walls/pass/*.rs");
    cases.compile_fail("tests/walls/fail/*.rs");
}
