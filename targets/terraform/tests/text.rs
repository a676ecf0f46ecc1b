//! What is printed: `terraform fmt`'s layout, and any text reads back as itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use ivs_target_terraform::{Block, Expr, call, decimal, list, object, path, print, template};
use ivs_value::Number;
use proptest::prelude::*;

/// The text of one block.
fn text(block: Block) -> String {
    print(&block.into())
}

#[test]
fn equals_signs_line_up_over_neighbouring_lines_whose_value_ends_there() {
    let policy =
        object([("Version", Expr::from("2012-10-17")), ("Statement", list([object([("Effect", "Allow")])]))]);
    let block = Block::resource("aws_iam_role", "main")
        .with("name", "main")
        .with("assume_role_policy", call("jsonencode", [policy]))
        .with("tags", object([("a", "1"), ("long-key", "2"), ("ä", "3"), ("b", "4")]))
        .with("path", "/")
        .with("max_session_duration", 3600)
        .block(Block::new("timeouts").with("create", "1h"))
        .block(Block::new("empty"))
        .ignore_changes(&["tags", "scaling_config[0].desired_size"]);
    assert_eq!(
        text(block),
        r#"resource "aws_iam_role" "main" {
  name = "main"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
      },
    ]
  })
  tags = {
    a        = "1"
    long-key = "2"

    "ä" = "3"

    b = "4"
  }
  path                 = "/"
  max_session_duration = 3600

  timeouts {
    create = "1h"
  }

  empty {}

  lifecycle {
    ignore_changes = [tags, scaling_config[0].desired_size]
  }
}
"#
    );
}

#[test]
fn long_lists_take_a_line_per_element() {
    let items = (0..20).map(|i| format!("element-{i}"));
    let out = text(Block::new("x").with("names", list(items)).with("few", list([1, 2])));
    assert!(
        out.starts_with("x {\n  names = [\n    \"element-0\",\n")
            && out.contains("    \"element-19\",\n  ]\n  few = [1, 2]\n"),
        "{out}"
    );
}

#[test]
fn references_and_templates_are_evaluated_and_texts_are_not() {
    let arn = template(["arn:${x}:".into(), path("aws_s3_bucket.a.arn").into(), "/*".into()]);
    let out = text(
        Block::new("x").with("a", arn).with("b", path("a.b[0].c")).with("c", "${d}").with("d", "%{ if }"),
    );
    assert_eq!(
        out,
        "x {\n  a = \"arn:$${x}:${aws_s3_bucket.a.arn}/*\"\n  b = a.b[0].c\n  c = \"$${d}\"\n  d = \"%%{ if }\"\n}\n"
    );
}

/// Awkward text: markers of templates, quotes, escapes, control and combining characters.
fn awkward() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("${".to_owned()),
        Just("%{".to_owned()),
        Just("$".to_owned()),
        Just("%".to_owned()),
        Just("{".to_owned()),
        Just("}".to_owned()),
        Just("\"".to_owned()),
        Just("\\".to_owned()),
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("\t".to_owned()),
        Just("<<EOT".to_owned()),
        Just("#".to_owned()),
        Just("//".to_owned()),
        Just("é".to_owned()),
        Just("日本".to_owned()),
        Just("\u{1f600}".to_owned()),
        Just("\u{feff}".to_owned()),
        Just("\u{1}".to_owned()),
        Just("'; DROP TABLE x; --".to_owned()),
        Just("<b>".to_owned()),
        "[ -~]{0,6}",
    ];
    prop::collection::vec(piece, 0..8).prop_map(|p| p.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// As values, as keys, and inside of templates, read by the parser of the `hcl` family.
    #[test]
    fn any_text_reads_back_as_itself(value in awkward(), key in awkward()) {
        let key = format!("k{key}");
        let block = Block::new("x").with("a", value.as_str()).with("m", object([(key.as_str(), value.as_str())]));
        let printed = text(block);
        let body: hcl::Body = hcl::parse(&printed).unwrap_or_else(|e| panic!("{e}\n{printed}"));
        let value_of = |name: &str| body.blocks().next().unwrap().body.attributes().find(|a| a.key.as_str() == name).unwrap().expr.clone();
        prop_assert_eq!(value_of("a"), Expr::from(value.as_str()), "{}", printed);
        let hcl::Expression::Object(fields) = value_of("m") else { panic!("{printed}") };
        let (found, _) = fields.iter().next().unwrap();
        let found = match found {
            hcl::expr::ObjectKey::Identifier(name) => name.as_str().to_owned(),
            hcl::expr::ObjectKey::Expression(hcl::Expression::String(text)) => text.clone(),
            other => panic!("{other:?}"),
        };
        prop_assert_eq!(found, key);
    }

    /// Money and quantities are written exactly: what no binary fraction is becomes text.
    #[test]
    fn decimals_are_exact(whole in 0_i64..1_000_000_000, thousandths in 0_i64..1_000_000_000) {
        let n = Number::fraction(i128::from(whole) * 1_000_000_000 + i128::from(thousandths), 1_000_000_000).unwrap();
        let printed = text(Block::new("x").with("a", decimal(&n).unwrap()));
        let shown = printed.trim_start_matches("x {\n  a = ").trim_end_matches("\n}\n").trim_matches('"').to_owned();
        let exact = ivs_value::interpolate(&ivs_value::Value::Number(n)).unwrap();
        prop_assert_eq!(shown, exact);
    }
}
