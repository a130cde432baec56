//! A thread that needs a newer copy does not wait for one that reads an older one.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use super::built::{Built, at, media, read};
use super::*;

/// How long a thread waits that need not: until then it passes on any machine.
const LONG: Duration = Duration::from_secs(60);

/// A volume some bytes of which are only given when somebody says so.
struct Slow {
    bytes: Vec<u8>,
    slow: Range<u64>,
    reached: mpsc::SyncSender<()>,
    go_on: AtomicBool,
}

impl ReadAt for Slow {
    fn size(&self) -> u64 {
        self.bytes.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.slow.contains(&offset) && !self.go_on.load(Ordering::Acquire) {
            let _ = self.reached.send(());
            while !self.go_on.load(Ordering::Acquire) {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        self.bytes.read_at(offset, buffer)
    }
}

#[test]
fn an_older_list_that_is_being_read_keeps_nobody_from_a_newer_one() {
    let mut built = Built::three();
    built.write();
    let list_of_oldest = built.stores[0].0.list[0].volume;
    let (reached, is_reached) = mpsc::sync_channel(1);
    let slow = Arc::new(Slow {
        bytes: built.bytes,
        slow: list_of_oldest..list_of_oldest + at(1),
        reached,
        go_on: AtomicBool::new(false),
    });
    let volume: Arc<dyn ReadAt> = slow.clone();
    let copies = list(&volume).unwrap().copies;
    std::thread::scope(|scope| {
        let (copies, volume) = (&copies, &volume);
        let oldest = scope.spawn(move || read(&copies[0].media(volume).unwrap(), 43));
        is_reached.recv_timeout(LONG).unwrap();
        let (done, is_done) = mpsc::channel();
        scope.spawn(move || {
            let newest = copies[2].media(volume).unwrap();
            let _ = done.send((read(&newest, 42), copies[1].notes(volume)));
        });
        let newest = is_done.recv_timeout(LONG);
        // Whatever came of it, no thread may stay behind.
        slow.go_on.store(true, Ordering::Release);
        assert_eq!(newest.unwrap(), (Ok(0xC3), Vec::new()));
        assert_eq!(oldest.join().unwrap(), Ok(0xA4));
    });
}

#[test]
fn many_threads_read_all_copies() {
    let volume = Built::three().write();
    let copies = list(&volume).unwrap().copies;
    std::thread::scope(|scope| {
        for first in 0..6 {
            let (copies, volume) = (&copies, &volume);
            scope.spawn(move || {
                let copy = &copies[first % 3];
                let expected = [0xA1, 0xB1, 0xC1][first % 3];
                assert_eq!(read(&copy.media(volume).unwrap(), 40), Ok(expected));
            });
        }
    });
    assert_eq!(media(&volume).len(), 3);
}
