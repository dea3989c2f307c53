//! Metrics in Prometheus' text format: families of samples, each with its help and its type.

use std::fmt::Write as _;

/// The labels of a sample, by their names.
pub type Labels = Vec<(&'static str, String)>;

/// A text of metrics.
#[derive(Default)]
pub struct Exposition(String);

impl Exposition {
    /// Adds a family of samples: the labels and the value of each.
    pub fn family(&mut self, name: &str, kind: &str, help: &str, samples: impl IntoIterator<Item = (Labels, f64)>) {
        // Writing to a String never fails.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for (labels, value) in samples {
            let labels: Vec<String> =
                labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
            let _ = writeln!(self.0, "{name}{{{}}} {value}", labels.join(","));
        }
    }

    /// The whole text.
    pub fn into_text(self) -> String {
        self.0
    }
}

/// A label's value, as the format wants it in quotation marks.
fn escaped(value: &str) -> String {
    value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped() {
        let mut exposition = Exposition::default();
        exposition.family(
            "a_b",
            "gauge",
            "Some help",
            [(vec![("name", "x\"y\\z\n".to_owned())], 1.5), (Vec::new(), 2.0)],
        );
        let expected = "# HELP a_b Some help\n# TYPE a_b gauge\na_b{name=\"x\\\"y\\\\z\\n\"} 1.5\na_b{} 2\n";
        assert_eq!(exposition.into_text(), expected);
    }
}
