//! The resources of the contract, as the store sees them: a name, the path of one record, and the shape of a record.
//!
//! All of it is derived from the operations, so a resource that the contract gains needs no line here.

use std::sync::LazyLock;

use crate::contract::{self, Kind, Method, OPERATIONS, Operation, ResponseKind, Schema};

/// The methods whose path is that of one record, in the order in which they are asked.
const OF_ONE_RECORD: [&str; 5] = ["get", "replace", "update", "set", "delete"];
/// The uploads of functions. The contract opens them, and has no path of one: that is made up here.
const UPLOADS: (&str, &str) = ("udfs.uploads", "/v1/organizations/{organizationId}/udfUploads/{uploadId}");

static RESOURCES: LazyLock<Vec<Resource>> = LazyLock::new(|| {
    let mut names: Vec<&str> =
        OPERATIONS.iter().filter_map(|operation| Some(operation.name.rsplit_once('.')?.0)).collect();
    names.sort_unstable();
    names.dedup();
    let mut resources: Vec<Resource> = names.into_iter().filter_map(Resource::derive).collect();
    resources.extend(Resource::uploads());
    resources.sort_unstable_by_key(|resource| resource.name);
    resources
});

/// A resource: records below the organization, or one record where its parent has only one.
#[derive(Debug)]
pub struct Resource {
    /// The name in this client, such as `clickPipes.settings`.
    pub name: &'static str,
    /// The template of the path of one record.
    pub path: &'static str,
    /// The shape of a record, as the API shows it.
    pub schema: &'static Schema,
}

impl Resource {
    /// All resources that have records, by name.
    pub fn all() -> &'static [Self] {
        &RESOURCES
    }

    /// The resource of a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        let index = RESOURCES.binary_search_by(|resource| resource.name.cmp(name)).ok()?;
        RESOURCES.get(index)
    }

    /// The resource that an operation belongs to.
    pub fn of(operation: &Operation) -> Option<&'static Self> {
        Self::named(operation.name.rsplit_once('.')?.0)
    }

    fn derive(name: &'static str) -> Option<Self> {
        let method = |method: &&str| contract::operation(&format!("{name}.{method}"));
        let path = OF_ONE_RECORD.iter().find_map(method)?.path;
        // Versions of functions are shown only where they are created and listed.
        let schema = OF_ONE_RECORD.iter().chain(&["create"]).filter_map(method).find_map(result)?;
        Some(Self { name, path, schema })
    }

    fn uploads() -> Option<Self> {
        let (name, path) = UPLOADS;
        Some(Self { name, path, schema: result(contract::operation("udfs.createUpload")?)? })
    }

    /// The parameters of the path of one record, without the organization's.
    pub fn parameters(&self) -> impl DoubleEndedIterator<Item = &'static str> {
        parameters(self.path).filter(|name| *name != "organizationId")
    }

    /// Whether its parent has only one.
    pub fn is_single(&self) -> bool {
        !self.path.ends_with('}')
    }

    /// The property that identifies a record; none for the only one of its parent.
    pub fn id(&self) -> Option<&'static str> {
        let parameter = self.parameters().next_back().filter(|_| !self.is_single())?;
        let properties = properties(self.schema);
        // `{keyId}` is the property `id` of a key, `{functionName}` the property of the same name.
        let known = |name: &str| properties.iter().find(|property| property.name == name).map(|property| property.name);
        known(parameter).or_else(|| known("id"))
    }

    /// The name of one record in texts: `alert` for `clickStack.alerts`.
    pub fn noun(&self) -> String {
        let last = self.name.rsplit('.').next().unwrap_or(self.name);
        let plural = Some(last).filter(|_| !self.is_single()).unwrap_or_default();
        let singular = [("postgres", "postgresService"), ("ies", "y"), ("ches", "ch"), ("s", "")]
            .into_iter()
            .find_map(|(many, one)| Some(format!("{}{one}", plural.strip_suffix(many)?)));
        let mut noun = String::new();
        for letter in singular.as_deref().unwrap_or(last).chars() {
            if letter.is_ascii_uppercase() {
                noun.push(' ');
            }
            noun.push(letter.to_ascii_lowercase());
        }
        noun
    }

    /// The resources that its records are below, the outermost first.
    pub fn parents(&self) -> impl Iterator<Item = &'static Self> {
        Self::all().iter().filter(|parent| !parent.is_single() && self.is_below(parent))
    }

    /// Whether the path of its records continues that of another resource's.
    pub fn is_below(&self, parent: &Self) -> bool {
        self.path.strip_prefix(parent.path).is_some_and(|rest| rest.starts_with('/'))
    }
}

/// The names of the parameters of a template.
fn parameters(template: &'static str) -> impl DoubleEndedIterator<Item = &'static str> {
    template.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// The shape of the JSON result of an operation.
fn result(operation: &'static Operation) -> Option<&'static Schema> {
    match operation.response {
        ResponseKind::Json(schema) if operation.method != Method::Delete => Some(schema),
        ResponseKind::Json(_) | ResponseKind::Empty | ResponseKind::Text(_) => None,
    }
}

/// The properties of an object's schema, of a union those of its first variant; none for other schemas.
pub fn properties(schema: &'static Schema) -> &'static [contract::Property] {
    match &schema.kind {
        Kind::Object(object) => object.properties,
        Kind::Union([first, ..]) => properties(first),
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_derived_from_the_contract() {
        let keys = Resource::named("keys").unwrap();
        assert_eq!((keys.path, keys.noun().as_str()), ("/v1/organizations/{organizationId}/keys/{keyId}", "key"));
        assert_eq!((keys.id(), keys.is_single()), (Some("id"), false));
        assert_eq!(Resource::named("members").unwrap().id(), Some("userId"));
        assert_eq!(Resource::named("activities").unwrap().noun(), "activity");
        assert_eq!(Resource::named("postgres").unwrap().noun(), "postgres service");
        assert_eq!(Resource::named("clickStack.savedSearches").unwrap().noun(), "saved search");
        // Unions: of any variant.
        assert_eq!(Resource::named("clickStack.webhooks").unwrap().id(), Some("id"));
        let settings = Resource::named("clickPipes.settings").unwrap();
        assert!(settings.is_single());
        assert_eq!(settings.parameters().collect::<Vec<_>>(), ["serviceId", "clickPipeId"]);
        assert_eq!(
            settings.parents().map(|parent| parent.name).collect::<Vec<_>>(),
            ["clickPipes", "organizations", "services"]
        );
    }

    #[test]
    fn each_resource_with_a_record_has_its_own_path() {
        for resource in Resource::all() {
            let same = Resource::all().iter().filter(|other| other.path == resource.path).count();
            assert_eq!(same, 1, "{}", resource.name);
        }
    }
}
