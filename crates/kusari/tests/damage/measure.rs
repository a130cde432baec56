//! What a piece of work costs, and that it ends.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Work that takes longer than this is taken to hang; it cannot be stopped, so the test program
/// ends.
const HANGS: Duration = Duration::from_secs(180);

/// What was spent on one piece of work.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spent {
    /// By the clock on the wall.
    pub(crate) time: Duration,
    /// The most bytes that were taken at any one moment, beyond those taken before.
    pub(crate) memory: usize,
}

/// The tests of this program measure memory, so they run one after the other.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does `work`; a panic in it becomes an error that names `what`.
pub(crate) fn measured<T>(what: &str, work: impl FnOnce() -> T) -> Result<(T, Spent), String> {
    watch(Some(what));
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let started = Instant::now();
    let done = catch_unwind(AssertUnwindSafe(work));
    let time = started.elapsed();
    let memory = MEMORY.peak_usage().saturating_sub(before);
    watch(None);
    match done {
        Ok(done) => Ok((done, Spent { time, memory })),
        Err(panic) => {
            let said = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("no word");
            Err(format!("{what}: panicked: {said}"))
        }
    }
}

/// Says what is being done, to the thread that watches for work that does not end.
fn watch(what: Option<&str>) {
    type Watched = Mutex<Option<(String, Instant)>>;
    static WATCHED: OnceLock<&'static Watched> = OnceLock::new();
    let watched = WATCHED.get_or_init(|| {
        let watched: &'static Watched = Box::leak(Box::new(Mutex::new(None)));
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(Duration::from_secs(1));
                let now = watched.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some((what, since)) = now.as_ref()
                    && since.elapsed() > HANGS
                {
                    // Past the test harness, which would keep the words to itself.
                    let _ = writeln!(std::io::stderr(), "\nhangs: {what}");
                    std::process::exit(101);
                }
            }
        });
        watched
    });
    *watched.lock().unwrap_or_else(PoisonError::into_inner) =
        what.map(|what| (what.to_owned(), Instant::now()));
}

/// What may be spent on damaged bytes, by what their sound form costs and by their size.
pub(crate) struct Limit {
    time: Duration,
    memory: usize,
}

impl Limit {
    /// Memory: beside the input itself, so many times its bytes, and so many bytes for small inputs.
    const TIMES: usize = 4;
    const SMALL: usize = 4 << 20;

    /// The limit for `size` bytes of input whose sound form cost `sound`.
    pub(crate) fn new(size: usize, sound: Spent) -> Self {
        Self {
            // The machine may be busy with other things meanwhile.
            time: sound.time * 20 + Duration::from_secs(5),
            memory: size * Self::TIMES + Self::SMALL,
        }
    }

    /// What is wrong with `spent`.
    pub(crate) fn passed(&self, spent: Spent) -> Option<String> {
        if spent.time > self.time {
            return Some(format!("took {:?}, limit {:?}", spent.time, self.time));
        }
        (spent.memory > self.memory)
            .then(|| format!("took {} bytes, limit {}", spent.memory, self.memory))
    }
}

/// Adds up what a test did, for its last line and for the record in `docs/validation`.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) files: usize,
    pub(crate) variants: usize,
    /// Lines of sound readings that were looked for in damaged ones.
    pub(crate) looked_for: usize,
    /// The longest, and what it was.
    slowest: (Duration, String),
    /// The most memory beside the input's size (in tenths of it, inputs above 1 MiB only).
    largest: (usize, String),
    failures: Vec<String>,
    failed: usize,
}

impl Tally {
    /// How many failures are written out.
    const SHOWN: usize = 40;

    pub(crate) fn spent(&mut self, what: &str, size: usize, spent: Spent) {
        self.variants += 1;
        if spent.time > self.slowest.0 {
            self.slowest = (spent.time, what.to_owned());
        }
        let tenths = spent.memory * 10 / size.max(1);
        if size >= 1 << 20 && tenths > self.largest.0 {
            self.largest = (tenths, what.to_owned());
        }
    }

    pub(crate) fn failure(&mut self, failure: String) {
        self.failed += 1;
        if self.failures.len() < Self::SHOWN {
            self.failures.push(failure);
        }
    }

    /// Says what was done and fails if anything failed.
    pub(crate) fn end(self, test: &str) {
        let (slowest, slowest_what) = &self.slowest;
        let (tenths, largest_what) = &self.largest;
        println!(
            "{test}: {} variants of {} files, {} lines looked for, {} failures\n  slowest: \
             {slowest:?}, {slowest_what}\n  most memory: {}.{} times the input, {largest_what}",
            self.variants,
            self.files,
            self.looked_for,
            self.failed,
            tenths / 10,
            tenths % 10,
        );
        assert!(
            self.failures.is_empty(),
            "{} failures:\n{}",
            self.failed,
            self.failures.join("\n")
        );
    }
}
