//! Prints the activities of a Windows timeline, one a line as JSON with its typed fields: to be held
//! against other people's readers.
//!
//! `timeline_rows ACTIVITIESCACHE`; `ACTIVITIESCACHE-wal` beside it is applied.

use kusari_artifacts::activities_cache::{ActivitiesCache, ActivityTable, ContentUri, Record};
use kusari_evidence::time::Timestamp;
use serde_json::json;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: timeline_rows FILE")?;
    let bytes = std::fs::read(&path)?;
    let log = std::fs::read(format!("{path}-wal")).ok();
    let cache = ActivitiesCache::open(&bytes, log.as_deref())?;
    let unix = |at: Option<Timestamp>| at.map_or(0, Timestamp::unix_seconds);
    let outcome = cache.read(&mut |record| {
        let line = match record {
            Record::Activity(one) => {
                let payload = one.payload.clone().unwrap_or_default();
                let uri = payload.content_uri.as_deref().and_then(ContentUri::read);
                json!({
                    "table": match one.table {
                        ActivityTable::Activity => "Activity",
                        ActivityTable::Operation { .. } => "ActivityOperation",
                    },
                    "id": one.id.map(|id| id.to_string()),
                    "parent": one.parent.map(|id| id.to_string()),
                    "applications": one.applications.iter()
                        .map(|own| [&own.name, &own.platform]).collect::<Vec<_>>(),
                    "app_activity_id": one.app_activity_id,
                    "type": one.kind.0,
                    "status": one.status.map(|status| status.0),
                    "group": one.group,
                    "tag": one.tag,
                    "times": [
                        unix(one.started), unix(one.ended), unix(one.last_modified),
                        unix(one.last_modified_on_client), unix(one.expires),
                        unix(one.created_in_cloud),
                    ],
                    "local": one.is_local_only,
                    "device": one.device_id,
                    "etag": one.etag,
                    "payload": [
                        payload.display_text, payload.description, payload.app_display_name,
                        payload.content_uri, payload.activation_uri, payload.reporting_app,
                        payload.engagement_type, payload.user_time_zone,
                        payload.clipboard_data_id,
                    ],
                    "seconds": payload.active_seconds,
                    "payload_length": one.payload_length,
                    "file": one.file().map(|file| file.path),
                    "object": uri.and_then(|uri| uri.object_id).map(|id| id.to_string()),
                })
            }
            Record::Package(one) => json!({
                "table": "Activity_PackageId",
                "id": one.activity.map(|id| id.to_string()),
                "platform": one.platform,
                "name": one.name,
                "times": [unix(one.expires)],
            }),
        };
        println!("{line}");
    });
    for damage in &outcome.damage {
        eprintln!("{damage}");
    }
    Ok(())
}
