//! The world as it was, for reads that lag behind.
//!
//! What becomes of a world that nobody changes depends on time alone. So the worlds right after each change are enough
//! to tell how it looked at any moment since.

use std::collections::VecDeque;

use super::organization::World;
use super::time::SECOND;

/// How far back a read reaches at most.
pub const REACH: f64 = 60.0 * SECOND;
/// How many worlds are kept. After more changes in that time than that, a read reaches less far.
const KEPT: usize = 64;

/// The last worlds, each with the moment since which it was so.
pub struct History {
    oldest: (f64, World),
    later: VecDeque<(f64, World)>,
}

impl History {
    /// It was always like this.
    pub fn new(world: &World) -> Self {
        Self { oldest: (f64::NEG_INFINITY, world.clone()), later: VecDeque::new() }
    }

    /// Remembers what a change has made of the world.
    pub fn note(&mut self, now: f64, world: &World) {
        // What came and went in one moment was never to be seen.
        self.later.retain(|(since, _)| *since < now);
        self.later.push_back((now, world.clone()));
        while self.later.len() > KEPT || self.later.front().is_some_and(|(since, _)| *since <= now - REACH) {
            let Some(oldest) = self.later.pop_front() else { return };
            self.oldest = oldest;
        }
    }

    /// The world as it was then, and the moment that it shows: later than then where that is no longer known.
    pub fn at(&self, then: f64) -> (World, f64) {
        let (since, world) = self.later.iter().rfind(|(since, _)| *since <= then).unwrap_or(&self.oldest);
        let (mut world, then) = (world.clone(), then.max(*since));
        world.advance(then);
        (world, then)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::model::random::Random;

    fn world(created: u64) -> World {
        World { organization_id: String::new(), services: Vec::new(), max_services: 1, created, random: Random::new(1) }
    }

    fn created(history: &History, then: f64) -> (u64, f64) {
        let (world, then) = history.at(then);
        (world.created, then)
    }

    #[test]
    fn each_moment_shows_what_was_so_then() {
        let mut history = History::new(&world(0));
        for (at, count) in [(10.0, 1), (20.0, 2), (20.0, 3)] {
            history.note(at, &world(count));
        }
        assert_eq!(created(&history, -5.0), (0, -5.0));
        assert_eq!(created(&history, 9.0), (0, 9.0));
        assert_eq!(created(&history, 10.0), (1, 10.0));
        assert_eq!(created(&history, 1e6), (3, 1e6));
    }

    #[test]
    fn it_is_bounded_in_time_and_number() {
        let mut history = History::new(&world(0));
        history.note(1.0, &world(1));
        history.note(REACH, &world(2));
        assert_eq!(created(&history, 0.0), (0, 0.0));
        history.note(1.0 + REACH, &world(3));
        assert_eq!(created(&history, 0.0), (1, 1.0));
        for count in 0..200 {
            history.note(REACH * 2.0 + count as f64, &world(count));
        }
        assert_eq!(history.later.len(), KEPT);
        assert_eq!(created(&history, 0.0), (135, REACH * 2.0 + 135.0));
    }
}
