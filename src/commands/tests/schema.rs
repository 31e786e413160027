//! Holds what is printed with `--json` against `docs/octo-csp.schema.json`: the few words of JSON Schema that it uses, and no
//! other, so that nothing in it goes unchecked. The crate jsonschema passes over words that it does not know, and brings 25 crates
//! and more to compile than all of this program for a hundred lines of test.

use serde_json::Value;

const SCHEMA: &str = include_str!("../../../docs/octo-csp.schema.json");

/// The schema itself.
pub(crate) fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

/// Panics where the schema does not allow this value, and says where.
pub(crate) fn holds(value: &Value) {
    let schema = schema();
    if let Err(why) = check(&schema, &schema, value, "$") {
        panic!("{why}\n{value:#}");
    }
}

fn check(root: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    for (word, rule) in schema.as_object().unwrap() {
        let kept = match word.as_str() {
            "$schema" | "$defs" | "title" | "description" => Ok(()),
            "$ref" => {
                let pointer = rule.as_str().unwrap().strip_prefix('#').unwrap();
                check(root, root.pointer(pointer).unwrap(), value, at)
            }
            "type" => is_one_of(rule, value),
            "const" => (rule == value).then_some(()).ok_or_else(|| format!("not {rule}")),
            "enum" => {
                let known = rule.as_array().unwrap().contains(value);
                known.then_some(()).ok_or_else(|| format!("none of {rule}"))
            }
            "required" => required(rule, value),
            "properties" => properties(root, rule, value, at),
            "additionalProperties" => no_more(schema, value),
            "items" => items(root, rule, value, at),
            "oneOf" => one_of(root, rule, value, at),
            other => panic!("the schema uses {other}, which is not checked here"),
        };
        kept.map_err(|why| if why.starts_with('$') { why } else { format!("{at}: {why}") })?;
    }
    Ok(())
}

fn is_one_of(rule: &Value, value: &Value) -> Result<(), String> {
    let is = |name: &Value| match name.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the schema has the type {other}, which is not checked here"),
    };
    let good = rule.as_array().map_or_else(|| is(rule), |names| names.iter().any(is));
    good.then_some(()).ok_or_else(|| format!("not of the type {rule}"))
}

fn required(rule: &Value, value: &Value) -> Result<(), String> {
    let Some(object) = value.as_object() else {
        return Ok(());
    };
    let mut names = rule.as_array().unwrap().iter().map(|name| name.as_str().unwrap());
    names.find(|name| !object.contains_key(*name)).map_or(Ok(()), |name| Err(format!("has no {name}")))
}

fn properties(root: &Value, rule: &Value, value: &Value, at: &str) -> Result<(), String> {
    let Some(object) = value.as_object() else {
        return Ok(());
    };
    for (name, schema) in rule.as_object().unwrap() {
        if let Some(member) = object.get(name) {
            check(root, schema, member, &format!("{at}.{name}"))?;
        }
    }
    Ok(())
}

fn no_more(schema: &Value, value: &Value) -> Result<(), String> {
    let Some(object) = value.as_object() else {
        return Ok(());
    };
    let known = schema.get("properties").unwrap().as_object().unwrap();
    object.keys().find(|name| !known.contains_key(*name)).map_or(Ok(()), |name| Err(format!("{name} is not known")))
}

fn items(root: &Value, rule: &Value, value: &Value, at: &str) -> Result<(), String> {
    let items = value.as_array().into_iter().flatten().enumerate();
    for (index, item) in items {
        check(root, rule, item, &format!("{at}[{index}]"))?;
    }
    Ok(())
}

fn one_of(root: &Value, rule: &Value, value: &Value, at: &str) -> Result<(), String> {
    let ways = rule.as_array().unwrap().iter();
    let tried: Vec<Result<(), String>> = ways.map(|way| check(root, way, value, at)).collect();
    match tried.iter().filter(|tried| tried.is_ok()).count() {
        1 => Ok(()),
        0 => Err(format!("{at}: {}", tried.into_iter().filter_map(Result::err).collect::<Vec<_>>().join("; or "))),
        count => Err(format!("{count} descriptions fit, and one should")),
    }
}

#[test]
fn what_the_schema_does_not_know_is_found() {
    use serde_json::json;
    let good = json!({"version": 1, "command": "explain", "found": [], "exit": 2});
    holds(&good);
    for (member, wrong) in [
        ("version", json!(2)),
        ("command", json!("explode")),
        ("found", json!([{}])),
        ("exit", json!(8)),
        ("more", json!(0)),
        ("rows", json!([])),
    ] {
        let mut other = good.clone();
        other[member] = wrong;
        assert!(std::panic::catch_unwind(|| holds(&other)).is_err(), "{other}");
    }
}
