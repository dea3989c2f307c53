//! Stale reads: `GET` requests against the state of some seconds ago, in lists of longer ago.

use crate::contract::{Kind, ResponseKind};
use crate::sandbox::model::call::Call;
use crate::sandbox::model::history::Timeline;
use crate::sandbox::model::operations::{self, Output};
use crate::sandbox::model::random::Random;
use crate::sandbox::model::rejection::Rejection;

/// The lag of a read, in virtual seconds.
const LAG: (u64, u64) = (1, 15);
/// The lag of a list.
const LIST_LAG: (u64, u64) = (5, 60);

/// Carries out a read against the past.
pub fn read_stale(timeline: &Timeline, call: &Call, now: f64, random: &Random) -> Result<Output, Rejection> {
    let is_list =
        matches!(&call.operation.response, ResponseKind::Json(schema) if matches!(schema.kind, Kind::Array { .. }));
    let lag_ms = random.seconds(if is_list { LIST_LAG } else { LAG });
    let (mut organization, then) = timeline.at(now - lag_ms);
    operations::run(&mut organization, call, then)
}
