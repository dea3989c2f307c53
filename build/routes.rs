//! Writes the paths of all operations as one tree, in which a look-up takes one step per segment of the path.

use std::collections::BTreeMap;

use crate::operation::{Operation, parameter};
use crate::tables::constant;

/// A node of the tree; its fields are those of `contract::RouteNode`.
#[derive(Default)]
struct Node {
    fixed: BTreeMap<String, Node>,
    parameter: Option<Box<Node>>,
    operations: Vec<String>,
}

/// The tree as Rust source.
pub fn write(operations: &[Operation]) -> String {
    let mut root = Node::default();
    for operation in operations {
        let mut node = &mut root;
        for segment in operation.path.split('/').skip(1) {
            node = match parameter(segment) {
                Some(_) => node.parameter.get_or_insert_default(),
                None => node.fixed.entry(segment.to_owned()).or_default(),
            };
        }
        node.operations.push(format!("&{}", constant(&operation.name)));
    }
    root.write()
}

impl Node {
    fn write(&self) -> String {
        let fixed: Vec<String> =
            self.fixed.iter().map(|(text, node)| format!("({text:?}, {})", node.write())).collect();
        let parameter = self.parameter.as_ref().map_or("None".to_owned(), |node| format!("Some(&{})", node.write()));
        let (fixed, operations) = (fixed.join(", "), self.operations.join(", "));
        format!("RouteNode {{ fixed: &[{fixed}], parameter: {parameter}, operations: &[{operations}] }}")
    }
}
