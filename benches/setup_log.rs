//! How fast setup logs are read: a log of Windows 10 as large as a long-lived machine has after
//! years of updates, and one of XP.

use std::fmt::Write;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kusari_artifacts::setup_log::{SectionFilter, read};

/// Bytes of the logs.
const SIZE: usize = 100 << 20;

/// Sections as updates write them, hundreds of lines each, and every fiftieth about a stick.
fn device_log() -> Vec<u8> {
    let mut log = String::from(
        "[Device Install Log]\r\n     OS Version = 10.0.19043\r\n\r\n[BeginLog]\r\n\r\n\
         [Boot Session: 2022/02/05 11:18:36.223]\r\n\r\n",
    );
    let mut number = 0_u32;
    while log.len() < SIZE {
        number += 1;
        let (hour, minute, second) = (number / 3600 % 24, number / 60 % 60, number % 60);
        let time = format!("{hour:02}:{minute:02}:{second:02}.123");
        let title = if number.is_multiple_of(50) {
            format!(
                r"Device Install (Hardware initiated) - USBSTOR\Disk&Ven_A&Prod_B&Rev_1.00\{number:016}&0"
            )
        } else {
            "Unstage Driver Updates".to_owned()
        };
        let _ = write!(
            log,
            ">>>  [{title}]\r\n>>>  Section start 2022/02/07 {time}\r\n"
        );
        for line in 0..120 {
            let _ = write!(
                log,
                "     sto:      {{Unstage Driver Package: C:\\Windows\\System32\\DriverStore\\\
                 FileRepository\\driver{line}.inf_amd64_26c034d4d3c2694e\\driver{line}.inf}} {time}\r\n"
            );
        }
        let _ = write!(
            log,
            "<<<  Section end 2022/02/07 {time}\r\n<<<  [Exit status: SUCCESS]\r\n\r\n\r\n"
        );
    }
    log.into_bytes()
}

fn xp_log() -> Vec<u8> {
    let mut log = String::from("[SetupAPI Log]\r\nOS Version = 5.1.2600 Service Pack 2\r\n");
    let mut number = 0_u32;
    while log.len() < SIZE / 4 {
        number += 1;
        let (minute, second) = (number / 60 % 60, number % 60);
        let _ = write!(
            log,
            "[2008/11/12 10:{minute:02}:{second:02} 1234.{number} Driver Install]\r\n\
             #-019 Searching for hardware ID(s): usbstor\\disk{number},gendisk\r\n\
             #-018 Searching for compatible ID(s): usbstor\\disk,usbstor\\raw\r\n\
             #-198 Command line processed: C:\\WINDOWS\\system32\\services.exe\r\n\
             #I063 Selected driver installs from section [disk_install] in \"c:\\windows\\inf\\disk.inf\".\r\n\
             #-166 Device install function: DIF_INSTALLDEVICE.\r\n\
             #I123 Doing full install of \"USBSTOR\\DISK&VEN_A&PROD_B&REV_1\\{number:08}&0\".\r\n\
             #I121 Device install of \"USBSTOR\\DISK&VEN_A&PROD_B&REV_1\\{number:08}&0\" finished successfully.\r\n"
        );
    }
    log.into_bytes()
}

fn bench(criterion: &mut Criterion) {
    let logs = [
        ("windows-10/usb", device_log(), SectionFilter::UsbAndStorage),
        (
            "windows-10/everything",
            device_log(),
            SectionFilter::Everything,
        ),
        ("windows-xp/usb", xp_log(), SectionFilter::UsbAndStorage),
    ];
    let mut group = criterion.benchmark_group("setup_log");
    group.sample_size(10);
    for (name, bytes, filter) in &logs {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        group.throughput(Throughput::Bytes(length));
        group.bench_function(*name, |bencher| {
            bencher.iter(|| {
                let mut count = 0_u64;
                let log = read(black_box(bytes), *filter, &mut |section| {
                    black_box(&section);
                    count += 1;
                });
                (count, log.outcome.coverage.records)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
