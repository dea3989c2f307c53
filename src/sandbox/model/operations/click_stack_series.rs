//! The chart of a tile that was written in the older form, as a list of series: shown as `config`, like any other.

use serde_json::{Map, Value, json};

use crate::contract::{Kind, schema};
use crate::sandbox::model::record::projected;
use crate::sandbox::model::resource::properties;

/// The properties of a series and their names in a value of a chart.
const SELECTED: [(&str, &str); 9] = [
    ("aggFn", "aggFn"),
    ("field", "valueExpression"),
    ("alias", "alias"),
    ("level", "level"),
    ("where", "where"),
    ("whereLanguage", "whereLanguage"),
    ("metricName", "metricName"),
    ("metricDataType", "metricType"),
    ("numberFormat", "numberFormat"),
];

/// The chart of a tile's series; none: it has no series. The first one decides the kind of chart.
pub fn config(tile: &Value) -> Option<Value> {
    let series = tile.get("series")?.as_array()?;
    let first = series.first()?;
    let text = |name: &str| first.get(name).cloned().unwrap_or_default();
    let mut config = match first.get("type")?.as_str()? {
        "markdown" => json!({ "displayType": "markdown", "markdown": text("content") }),
        "search" => json!({
            "displayType": "search",
            "sourceId": text("sourceId"),
            "select": joined(first.get("fields")),
            "where": text("where"),
            "whereLanguage": text("whereLanguage"),
        }),
        kind => {
            let shown =
                if kind == "time" { first.get("displayType").and_then(Value::as_str).unwrap_or("line") } else { kind };
            let alike = series.iter().filter(|other| other.get("type") == first.get("type"));
            json!({
                "displayType": shown,
                "sourceId": text("sourceId"),
                "select": alike.map(selected).collect::<Vec<Value>>(),
                "groupBy": joined(first.get("groupBy")),
                "asRatio": tile.get("asRatio"),
            })
        }
    };
    if let Some(shown) = schema("ClickStackTileConfig").and_then(|schema| projected(&config, schema)) {
        config = shown;
    }
    Some(config)
}

/// The value of a chart that a series stands for.
fn selected(series: &Value) -> Value {
    let mut select = Map::new();
    for (name, shown) in SELECTED {
        if let Some(value) = series.get(name) {
            select.insert(shown.to_owned(), value.clone());
        }
    }
    if !select.get("level").and_then(Value::as_f64).is_some_and(is_level) {
        select.remove("level");
    }
    Value::Object(select)
}

/// Whether a chart can have a quantile.
fn is_level(level: f64) -> bool {
    let items = schema("ClickStackSelectItem").map_or(&[][..], properties);
    match items.iter().find(|property| property.name == "level").map(|property| &property.schema.kind) {
        Some(Kind::NumberEnum(levels)) => levels.iter().any(|known| known.parse() == Ok(level)),
        _ => false,
    }
}

/// Expressions as one text.
fn joined(expressions: Option<&Value>) -> String {
    let texts = expressions.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    texts.collect::<Vec<_>>().join(", ")
}
