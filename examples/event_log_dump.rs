//! Prints every event of event logs as JSON lines: `event_log_dump LOG...`
//!
//! Each value says its type, so that other readers can be compared with it
//! (`docs/validation/event_log_compare.py`). Damage goes to standard error.

use std::io::Write;

use kusari_artifacts::event_log::{EventRecord, EventValue, scan_all};
use serde_json::{Value, json};

fn main() -> std::io::Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path)?;
        let mut result = Ok(());
        let outcome = scan_all(&bytes, &mut |event| {
            if result.is_ok() {
                result = writeln!(out, "{}", line(&event));
            }
        });
        result?;
        for damage in outcome.damage {
            eprintln!("{path}: {damage}");
        }
    }
    out.flush()
}

fn line(event: &EventRecord) -> Value {
    let data: Vec<Value> = event
        .data
        .iter()
        .map(|(name, value)| json!([name, typed(value)]))
        .collect();
    json!({
        "record": event.record_id,
        "offset": event.offset,
        "written": event.written.ticks(),
        "created": event.created.ticks(),
        "provider": event.provider,
        "event_id": event.event_id,
        "version": event.version,
        "task": event.task,
        "keywords": event.keywords,
        "channel": event.channel,
        "computer": event.computer,
        "user": event.user_sid,
        "process": event.process_id,
        "data": data,
    })
}

fn typed(value: &EventValue) -> Value {
    match value {
        EventValue::Empty => json!({"empty": true}),
        EventValue::Text(text) => json!({ "text": text }),
        EventValue::Unsigned(number) => json!({ "number": number }),
        EventValue::Signed(number) => json!({ "number": number }),
        EventValue::Boolean(yes) => json!({ "boolean": yes }),
        EventValue::FloatBits(bits) => json!({ "float": f64::from_bits(*bits) }),
        EventValue::Time(time) => json!({ "ticks": time.ticks() }),
        EventValue::Binary(bytes) => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            json!({ "hex": hex })
        }
        EventValue::List(items) => json!({ "list": items.iter().map(typed).collect::<Vec<_>>() }),
    }
}
