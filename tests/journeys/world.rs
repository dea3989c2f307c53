//! A single thread of tasks in virtual time. When no task can run, time jumps to the next timer: a wait of ten minutes
//! costs nothing, and the same test takes the same course each time.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

/// 2026-08-01T00:00:00Z.
pub const START: f64 = 1_785_542_400_000.0;

/// So many polls without time passing are a loop that waits for nothing.
const BUSY: u32 = 1_000_000;

type Task = Pin<Box<dyn Future<Output = ()>>>;
type Ready = Arc<Mutex<VecDeque<u64>>>;

/// The tasks, the timers and the clock; clones are the same world.
#[derive(Clone)]
pub struct World(Rc<Inner>);

struct Inner {
    /// The time of the timers.
    now: Cell<f64>,
    /// By how much the clock is ahead of them.
    ahead: Cell<f64>,
    numbers: Cell<u64>,
    tasks: RefCell<BTreeMap<u64, Task>>,
    timers: RefCell<BTreeMap<(u64, u64), Waker>>,
    ready: Ready,
}

struct TaskWaker {
    task: u64,
    ready: Ready,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.ready.lock().unwrap().push_back(self.task);
    }
}

impl World {
    pub fn new() -> Self {
        Self(Rc::new(Inner {
            now: Cell::new(START),
            ahead: Cell::new(0.0),
            numbers: Cell::new(0),
            tasks: RefCell::default(),
            timers: RefCell::default(),
            ready: Ready::default(),
        }))
    }

    /// Milliseconds since the epoch.
    pub fn now(&self) -> f64 {
        self.0.now.get() + self.0.ahead.get()
    }

    /// Milliseconds since the world began.
    pub fn elapsed(&self) -> f64 {
        self.now() - START
    }

    /// How many timers are running.
    pub fn timers(&self) -> usize {
        self.0.timers.borrow().len()
    }

    /// The clock jumps, of which timers know nothing: as when a machine sleeps, or its clock is set back.
    pub fn oversleep(&self, ms: f64) {
        self.0.ahead.set(self.0.ahead.get() + ms);
    }

    pub fn sleep(&self, ms: f64) -> Sleep {
        assert!(ms.is_finite(), "sleeps {ms} ms");
        Sleep { world: self.clone(), until: self.0.now.get() + ms.max(0.0), timer: None }
    }

    /// Starts a task. It runs on when the returned future is dropped.
    pub fn spawn<T: 'static>(&self, work: impl Future<Output = T> + 'static) -> Joined<T> {
        let shared = Rc::new(RefCell::new((None, None::<Waker>)));
        let result = shared.clone();
        let task = Box::pin(async move {
            let value = work.await;
            let waker = {
                let mut result = result.borrow_mut();
                result.0 = Some(value);
                result.1.take()
            };
            if let Some(waker) = waker {
                waker.wake();
            }
        });
        let number = self.number();
        self.0.tasks.borrow_mut().insert(number, task);
        self.0.ready.lock().unwrap().push_back(number);
        Joined(shared)
    }

    /// Runs the work to its end, and every task as far as it comes until then.
    #[track_caller]
    pub fn run<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        let main = self.number();
        self.0.ready.lock().unwrap().push_back(main);
        let mut busy = 0;
        loop {
            let next = self.0.ready.lock().unwrap().pop_front();
            let Some(number) = next else {
                assert!(self.jump(), "nothing can run any more, and nothing is waited for");
                busy = 0;
                continue;
            };
            busy += 1;
            assert!(busy < BUSY, "busy without time passing");
            let waker = Waker::from(Arc::new(TaskWaker { task: number, ready: self.0.ready.clone() }));
            let mut context = Context::from_waker(&waker);
            if number == main {
                if let Poll::Ready(value) = work.as_mut().poll(&mut context) {
                    return value;
                }
                continue;
            }
            // Out of the map while it runs: it may start tasks of its own.
            let Some(mut task) = self.0.tasks.borrow_mut().remove(&number) else { continue };
            if task.as_mut().poll(&mut context).is_pending() {
                self.0.tasks.borrow_mut().insert(number, task);
            }
        }
    }

    /// To the next timer. False: there is none.
    fn jump(&self) -> bool {
        let Some(((at, _), waker)) = self.0.timers.borrow_mut().pop_first() else { return false };
        self.0.now.set(self.0.now.get().max(f64::from_bits(at)));
        waker.wake();
        true
    }

    fn number(&self) -> u64 {
        self.0.numbers.replace(self.0.numbers.get() + 1)
    }
}

/// A timer; its drop ends it.
pub struct Sleep {
    world: World,
    until: f64,
    timer: Option<(u64, u64)>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.world.0.now.get() >= self.until {
            return Poll::Ready(());
        }
        // The order of positive numbers is that of their bits.
        let key = self.timer.unwrap_or_else(|| (self.until.to_bits(), self.world.number()));
        self.timer = Some(key);
        self.world.0.timers.borrow_mut().insert(key, context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(key) = self.timer {
            let waker = self.world.0.timers.borrow_mut().remove(&key);
            // As JavaScript's timers do here: a task may be woken for nothing.
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }
}

/// The output of a task.
pub struct Joined<T>(Rc<RefCell<(Option<T>, Option<Waker>)>>);

impl<T> Future for Joined<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut shared = self.0.borrow_mut();
        match shared.0.take() {
            Some(value) => Poll::Ready(value),
            None => {
                shared.1 = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

/// All results, in the order of the tasks.
pub async fn all<T>(tasks: Vec<Joined<T>>) -> Vec<T> {
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await);
    }
    results
}

#[test]
fn time_jumps_from_timer_to_timer() {
    let world = World::new();
    let order = Rc::new(RefCell::new(Vec::new()));
    for ms in [300.0, 100.0, 200.0] {
        let (inner, order) = (world.clone(), order.clone());
        drop(world.spawn(async move {
            inner.sleep(ms).await;
            order.borrow_mut().push((ms, inner.elapsed()));
        }));
    }
    world.run(world.sleep(3_600_000.0));
    assert_eq!(*order.borrow(), [(100.0, 100.0), (200.0, 200.0), (300.0, 300.0)]);
    assert_eq!((world.elapsed(), world.timers()), (3_600_000.0, 0));
}
