//! The records of an organization: one collection for each resource, in the order of creation.
//!
//! A clone shares the collections, and a changed collection shares the records that stay: snapshots of the past and the
//! file of `--data` rely on it. A record that changes becomes another allocation.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::record::Record;
use super::resource::Resource;
use super::time::parse;

/// The records of one resource.
pub type Collection = Vec<Rc<Record>>;

/// All records of an organization, but for its services.
#[derive(Clone, Default)]
pub struct Store(BTreeMap<&'static str, Rc<Collection>>);

impl Store {
    /// The collections that have records, by the names of their resources.
    pub fn collections(&self) -> impl Iterator<Item = (&'static str, &Collection)> {
        self.0.iter().map(|(name, collection)| (*name, &**collection))
    }

    /// All records of a resource, in the order of their creation.
    pub fn collection(&self, resource: &str) -> &[Rc<Record>] {
        self.0.get(resource).map_or(&[], |collection| collection.as_slice())
    }

    /// The records of a resource below a path, in the order of their creation.
    pub fn list<'a>(
        &'a self,
        resource: &str,
        parents: &'a [String],
    ) -> impl DoubleEndedIterator<Item = &'a Rc<Record>> {
        self.collection(resource).iter().filter(move |record| begins_with(&record.path, parents))
    }

    /// The record of a path.
    pub fn get(&self, resource: &str, path: &[String]) -> Option<&Rc<Record>> {
        self.collection(resource).get(self.position(resource, path)?)
    }

    /// Adds a record, or replaces that of the same path.
    pub fn put(&mut self, resource: &'static Resource, record: Record) {
        let index = self.position(resource.name, &record.path);
        let collection = Rc::make_mut(self.0.entry(resource.name).or_default());
        match index.and_then(|index| collection.get_mut(index)) {
            Some(place) => *place = Rc::new(record),
            None => collection.push(Rc::new(record)),
        }
    }

    /// Sets all records of a resource.
    pub fn fill(&mut self, resource: &'static Resource, records: Vec<Record>) {
        self.0.insert(resource.name, Rc::new(records.into_iter().map(Rc::new).collect()));
    }

    /// Removes the oldest records of a resource, so that so many stay.
    pub fn truncate(&mut self, resource: &str, count: usize) {
        if let Some(collection) = self.0.get_mut(resource).filter(|collection| collection.len() > count) {
            let surplus = collection.len() - count;
            Rc::make_mut(collection).drain(..surplus);
        }
    }

    /// Removes a record with all that is below it. False: there is none.
    pub fn remove(&mut self, resource: &'static Resource, path: &[String]) -> bool {
        let Some(index) = self.position(resource.name, path) else { return false };
        if let Some(collection) = self.0.get_mut(resource.name) {
            Rc::make_mut(collection).remove(index);
        }
        self.remove_below(resource, path);
        self.drop_empty();
        true
    }

    /// Removes all records whose path continues that of a record.
    pub fn remove_below(&mut self, parent: &'static Resource, path: &[String]) {
        for child in Resource::all().iter().filter(|child| child.is_below(parent)) {
            self.retain(child.name, |record| !begins_with(&record.path, path));
        }
    }

    /// Removes all records that name a service in their path.
    pub fn remove_below_service(&mut self, id: &str) {
        for resource in Resource::all() {
            let Some(index) = resource.parameters().position(|name| name == "serviceId") else { continue };
            self.retain(resource.name, |record| record.path.get(index).is_none_or(|own| !is_same(own, id)));
        }
    }

    /// Removes the records of a resource that are not to be kept. A collection that loses none stays shared.
    pub fn retain(&mut self, resource: &str, keep: impl Fn(&Record) -> bool) {
        let loses = |collection: &&mut Rc<Collection>| !collection.iter().all(|record| keep(record));
        if let Some(collection) = self.0.get_mut(resource).filter(loses) {
            Rc::make_mut(collection).retain(|record| keep(record));
            self.drop_empty();
        }
    }

    fn drop_empty(&mut self) {
        self.0.retain(|_, collection| !collection.is_empty());
    }

    /// Applies every change of state that is due by now, and removes the records that are over.
    pub fn advance(&mut self, now: f64) {
        let due = |record: &Rc<Record>| record.lifecycle.as_ref().is_some_and(|lifecycle| lifecycle.is_due(now));
        let mut over = Vec::new();
        for (name, collection) in &mut self.0 {
            if !collection.iter().any(due) {
                continue;
            }
            for record in Rc::make_mut(collection).iter_mut().filter(|record| due(record)) {
                let Some(lifecycle) = &mut Rc::make_mut(record).lifecycle else { continue };
                lifecycle.advance(now);
                if lifecycle.is_over() {
                    over.push((*name, record.path.clone()));
                }
            }
        }
        for (name, path) in over {
            if let Some(resource) = Resource::named(name) {
                self.remove(resource, &path);
            }
        }
    }

    /// Removes the records of a resource whose `expireAt` has passed.
    pub fn remove_expired(&mut self, resource: &str, now: f64) {
        self.retain(resource, |record| record.text("expireAt").and_then(parse).is_none_or(|until| until > now));
    }

    fn position(&self, resource: &str, path: &[String]) -> Option<usize> {
        let same = |record: &Rc<Record>| record.path.len() == path.len() && begins_with(&record.path, path);
        self.0.get(resource)?.iter().position(same)
    }
}

/// Whether a path is that of a record, or of one below it.
fn begins_with(path: &[String], start: &[String]) -> bool {
    path.len() >= start.len() && path.iter().zip(start).all(|(one, other)| is_same(one, other))
}

/// Whether two values of a path are the same: ids in upper or lower case are.
fn is_same(one: &str, other: &str) -> bool {
    one == other || one.len() == 36 && one.eq_ignore_ascii_case(other)
}
