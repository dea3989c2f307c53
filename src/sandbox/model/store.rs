//! The records of an organization: one collection for each resource, in the order of creation.
//!
//! A clone shares the collections, and a changed collection shares the records that stay: snapshots of the past and the
//! file of `--data` rely on it. A record that changes becomes another allocation.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::machine::Lifecycle;
use super::meters;
use super::record::Record;
use super::resource::Resource;
use super::time::parse;

/// The records of one resource.
pub type Collection = Vec<Rc<Record>>;

/// All records of an organization, but for its services.
#[derive(Clone, Default)]
pub struct Store {
    collections: BTreeMap<&'static str, Rc<Collection>>,
    /// The moment up to which it was advanced: that of all changes until the next one.
    now: f64,
    /// The metered records that were removed since [`Store::take_ended`], with their resources.
    ended: Vec<(&'static str, Rc<Record>)>,
}

impl Store {
    /// The collections that have records, by the names of their resources.
    pub fn collections(&self) -> impl Iterator<Item = (&'static str, &Collection)> {
        self.collections.iter().map(|(name, collection)| (*name, &**collection))
    }

    /// All records of a resource, in the order of their creation.
    pub fn collection(&self, resource: &str) -> &[Rc<Record>] {
        self.collections.get(resource).map_or(&[], |collection| collection.as_slice())
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
    pub fn put(&mut self, resource: &'static Resource, mut record: Record) {
        let index = self.position(resource.name, &record.path);
        let collection = Rc::make_mut(self.collections.entry(resource.name).or_default());
        match index.and_then(|index| collection.get_mut(index)) {
            Some(place) => {
                meters::settle(resource.name, &mut record, place, self.now);
                *place = Rc::new(record);
            }
            None => {
                meters::begin(resource.name, &mut record, self.now);
                collection.push(Rc::new(record));
            }
        }
    }

    /// Sets all records of a resource.
    pub fn fill(&mut self, resource: &'static Resource, records: Vec<Record>) {
        self.collections.insert(resource.name, Rc::new(records.into_iter().map(Rc::new).collect()));
    }

    /// Removes the oldest records of a resource, so that so many stay.
    pub fn truncate(&mut self, resource: &str, count: usize) {
        if let Some(collection) = self.collections.get_mut(resource).filter(|collection| collection.len() > count) {
            let surplus = collection.len() - count;
            Rc::make_mut(collection).drain(..surplus);
        }
    }

    /// Removes a record with all that is below it. False: there is none.
    pub fn remove(&mut self, resource: &'static Resource, path: &[String]) -> bool {
        let Some(index) = self.position(resource.name, path) else { return false };
        if let Some(collection) = self.collections.get_mut(resource.name) {
            let record = Rc::make_mut(collection).remove(index);
            self.end(resource.name, record);
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
        let Some((name, collection)) = self.collections.iter_mut().find(|(name, _)| **name == resource) else { return };
        if collection.iter().all(|record| keep(record)) {
            return;
        }
        let (kept, lost): (Collection, Collection) = collection.iter().cloned().partition(|record| keep(record));
        *collection = Rc::new(kept);
        let name = *name;
        lost.into_iter().for_each(|record| self.end(name, record));
        self.drop_empty();
    }

    /// Remembers a removed record whose usage is paid for.
    fn end(&mut self, resource: &'static str, record: Rc<Record>) {
        if meters::of(resource).next().is_some() {
            self.ended.push((resource, record));
        }
    }

    /// The metered records that were removed since the last call, with their resources and the moments of their ends, in the
    /// order of these: that of a record's own end, or now.
    pub fn take_ended(&mut self, now: f64) -> Vec<(&'static str, Record, f64)> {
        let ends = |(name, record): (&'static str, Rc<Record>)| {
            let mut record = Rc::unwrap_or_clone(record);
            advance(name, &mut record, now);
            let at = record.lifecycle.as_ref().filter(|lifecycle| lifecycle.is_over()).map_or(now, Lifecycle::since);
            (name, record, at)
        };
        let mut ended: Vec<_> = std::mem::take(&mut self.ended).into_iter().map(ends).collect();
        ended.sort_by(|one, other| one.2.total_cmp(&other.2));
        ended
    }

    fn drop_empty(&mut self) {
        self.collections.retain(|_, collection| !collection.is_empty());
    }

    /// Applies every change of state that is due by now, and removes the records that are over.
    pub fn advance(&mut self, now: f64) {
        self.now = now;
        let due = |record: &Rc<Record>| record.lifecycle.as_ref().is_some_and(|lifecycle| lifecycle.is_due(now));
        let mut over = Vec::new();
        for (name, collection) in &mut self.collections {
            if !collection.iter().any(due) {
                continue;
            }
            for record in Rc::make_mut(collection).iter_mut().filter(|record| due(record)) {
                let record = Rc::make_mut(record);
                advance(name, record, now);
                if record.lifecycle.as_ref().is_some_and(Lifecycle::is_over) {
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
        self.collections.get(resource)?.iter().position(same)
    }
}

/// Applies the changes of a record one after the other, so that its usage does not depend on the number of reads between
/// them.
fn advance(resource: &str, record: &mut Record, now: f64) {
    let next = |record: &Record| record.lifecycle.as_ref()?.next_change().filter(|at| *at <= now);
    while let Some(at) = next(record) {
        let before = record.clone();
        if let Some(lifecycle) = &mut record.lifecycle {
            lifecycle.advance(at);
        }
        meters::settle(resource, record, &before, at);
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
