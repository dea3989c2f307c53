//! Clients that share a key without knowing of each other: how fast they are together, how many of their requests are
//! refused, whether each has its part, and what becomes of it when one leaves.

use std::cell::Cell;
use std::rc::Rc;

use super::cloud::Cloud;
use super::world::{Joined, all};

/// The time that so many gets take by the limit, at ten in ten seconds.
fn least_ms(gets: usize) -> f64 {
    (gets as f64 / 10.0 - 1.0) * 10_000.0
}

/// How long a request takes there and its answer back, in turn at each request.
struct Latency(&'static str, fn(&Cloud) -> (f64, f64));

const LATENCIES: [Latency; 6] = [
    Latency("none", |_| (0.0, 0.0)),
    Latency("50 ms", |_| (20.0, 30.0)),
    Latency("slow there", |_| (900.0, 100.0)),
    Latency("slow back", |_| (5.0, 1_500.0)),
    Latency("up to 0.4 s", |cloud| (cloud.network.roll() * 200.0, cloud.network.roll() * 200.0)),
    Latency("up to 3 s", |cloud| (cloud.network.roll() * 1_500.0, cloud.network.roll() * 1_500.0)),
];

/// Starts so many gets at once; `done` counts them. All of them succeed.
fn gets(cloud: &Cloud, count: usize, latency: &'static Latency, done: &Rc<Cell<usize>>) -> Vec<Joined<()>> {
    let one = |_| {
        let (cloud, done) = (cloud.clone(), done.clone());
        cloud.world.clone().spawn(async move {
            cloud.network.latency.set(latency.1(&cloud));
            cloud.list().await.unwrap();
            cloud.network.latency.set(latency.1(&cloud));
            done.set(done.get() + 1);
        })
    };
    (0..count).map(one).collect()
}

fn seeded(seed: u32) -> Cloud {
    let cloud = Cloud::new();
    for _ in 0..seed {
        cloud.network.roll();
    }
    cloud
}

#[test]
fn two_share_a_key_in_peace() {
    println!("{:12} seed  took  of least    429s  both busy: the lesser one's part", "latency");
    for latency in &LATENCIES {
        for seed in 0..3 {
            let first = seeded(seed);
            let second = Cloud::on(&first.world, &first.network, |_| {});
            let (one, two) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
            let tasks = gets(&first, 500, latency, &one);
            first.run(first.world.sleep(f64::from(seed) * 3_700.0));
            let others = gets(&second, 500, latency, &two);
            // Half of the time that both need: both are busy until then.
            first.run(first.world.sleep(500_000.0));
            let part = one.get().min(two.get()) as f64 / (one.get() + two.get()) as f64;
            first.run(async {
                all(tasks).await;
                all(others).await;
            });
            let times = first.world.elapsed() / least_ms(1_000);
            let refused = first.network.refused_by_limit();
            println!(
                "{:12} {seed:4} {:5.0} s {times:8.2} {refused:7} {part:8.2}",
                latency.0,
                first.world.elapsed() / 1e3
            );
            assert!(times < 1.6, "{}, {seed}: {times}", latency.0);
            assert!(refused > 0 && refused * 6 <= 1_000, "{}, {seed}: {refused}", latency.0);
            assert!(part > 0.25, "{}, {seed}: {part}", latency.0);
            first.assert_quiet();
        }
    }
}

#[test]
fn who_is_alone_has_it_all() {
    for latency in &LATENCIES {
        for seed in 0..3 {
            let cloud = seeded(seed);
            cloud.run(all(gets(&cloud, 1_000, latency, &Rc::default())));
            let times = cloud.world.elapsed() / least_ms(1_000);
            println!("{:12} {seed} alone: {times:.3} of the least", latency.0);
            assert_eq!(cloud.network.refused_by_limit(), 0, "{}, {seed}", latency.0);
            assert!(times < 1.25, "{}, {seed}: {times}", latency.0);
        }
    }
}

#[test]
fn who_comes_later_is_let_in_and_who_stays_has_the_whole_again() {
    for (latency, seed) in LATENCIES.iter().zip(0..) {
        let first = seeded(seed);
        let second = Cloud::on(&first.world, &first.network, |_| {});
        let (one, two) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
        let tasks = gets(&first, 2_000, latency, &one);
        first.run(first.world.sleep(100_000.0));
        let others = gets(&second, 100, latency, &two);
        let came = first.world.elapsed();
        first.run(all(others));
        let stayed = first.world.elapsed() - came;
        println!("{:12} a hundred gets of a second client took {:.0} s", latency.0, stayed / 1e3);
        assert!(stayed < 600_000.0, "{}: {stayed}", latency.0);
        // A share grows back in at most twenty windows.
        first.run(first.world.sleep(200_000.0));
        let (before, at) = (one.get(), first.world.elapsed());
        let refused = first.network.refused_by_limit();
        first.run(first.world.sleep(200_000.0));
        let rate = (one.get() - before) as f64 / (first.world.elapsed() - at) * 10_000.0;
        println!("{:12} alone again: {rate:.1} in ten seconds", latency.0);
        assert!(rate > 8.0, "{}: {rate}", latency.0);
        assert_eq!(first.network.refused_by_limit(), refused, "{}", latency.0);
        drop(tasks);
    }
}

#[test]
fn whose_request_was_refused_is_as_far_ahead_as_before() {
    let first = Cloud::new();
    let second = Cloud::on(&first.world, &first.network, |_| {});
    let order = Rc::new(std::cell::RefCell::new(Vec::new()));
    let others = gets(&second, 100, &LATENCIES[1], &Rc::default());
    let tasks = (0..100).map(|number| {
        let (cloud, order) = (first.clone(), order.clone());
        first.world.spawn(async move {
            let attempts = cloud.list().await.unwrap().response.attempt_log.attempts.len();
            order.borrow_mut().push((number, attempts));
        })
    });
    first.run(all(tasks.collect()));
    first.run(all(others));
    let order = order.borrow();
    assert!(order.iter().any(|(_, attempts)| *attempts > 1), "or the test shows nothing");
    for (place, (number, _)) in order.iter().enumerate() {
        assert!(place.abs_diff(*number) <= 10, "{number} came in as {place}");
    }
}
