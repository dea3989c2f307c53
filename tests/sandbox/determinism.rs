//! The same seed and the same requests make the same bytes, for all operations: in another sandbox, and in one that is restored.

use proptest::prelude::*;

use crate::walk::Walk;

proptest! {
    #![proptest_config(ProptestConfig { cases: 5, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_same_requests_get_the_same_bytes(seed: u64, before in 0..800_usize) {
        let (mut one, mut other) = (Walk::new(seed), Walk::new(seed));
        for _ in 0..before {
            one.step();
            other.step();
            prop_assert_eq!(&one.last_text, &other.last_text, "{}", one.last_url);
        }
        // What a snapshot has not is no part of any response: options, ledger, the past of stale reads.
        let sandbox = one.restored();
        let mut restored = one.continued(sandbox);
        for _ in 0..600 {
            one.step();
            restored.step();
            prop_assert_eq!(&one.last_text, &restored.last_text, "{}", one.last_url);
        }
        prop_assert_eq!(one.cloud.sandbox.snapshot(one.cloud.now), restored.cloud.sandbox.snapshot(restored.cloud.now));
    }
}
