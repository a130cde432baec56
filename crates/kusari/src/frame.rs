//! The events as one polars frame, with the columns that every machine-readable output has.

use polars::prelude::*;

use crate::reconstruction::Reconstruction;

impl Reconstruction {
    /// All events in the order of corrected time.
    ///
    /// `time`, `time_earliest` and `time_latest` are 100 ns intervals since 1601-01-01 in UTC
    /// (exact; a frame's own datetime types are too coarse or end in 2262); the other columns are
    /// as in the program's outputs.
    ///
    /// # Errors
    /// When polars refuses the columns, which are of one length by construction.
    pub fn events(&self) -> PolarsResult<DataFrame> {
        let count = self.event_columns().len();
        let mut ids: Vec<String> = Vec::with_capacity(count);
        let mut times: [Vec<Option<i64>>; 3] = Default::default();
        let mut texts: [(&str, Vec<Option<String>>); 14] = [
            ("time_recorded", Vec::new()),
            ("time_meaning", Vec::new()),
            ("clock", Vec::new()),
            ("machine", Vec::new()),
            ("device", Vec::new()),
            ("volume", Vec::new()),
            ("user", Vec::new()),
            ("action", Vec::new()),
            ("file", Vec::new()),
            ("message", Vec::new()),
            ("artifact", Vec::new()),
            ("source", Vec::new()),
            ("locator", Vec::new()),
            ("confidence", Vec::new()),
        ];
        for event in self.timeline() {
            ids.push(event.id.to_string());
            let [time, earliest, latest] = &mut times;
            time.push(Some(event.time.estimate.ticks()));
            earliest.push(event.time.earliest.map(|at| at.ticks()));
            latest.push(event.time.latest.map(|at| at.ticks()));
            let own = |text: &str| Some(text.to_owned());
            let values = [
                Some(event.recorded.to_string()),
                own(event.meaning),
                event.machine.and_then(own),
                event.machine.and_then(own),
                event.device.and_then(own),
                event.volume.and_then(own),
                event.user.and_then(own),
                own(event.action.name()),
                event.file.and_then(own),
                own(event.message),
                own(event.source.artifact),
                own(&event.source.name),
                Some(event.locator.to_string()),
                own(event.confidence.name()),
            ];
            for ((_, column), value) in texts.iter_mut().zip(values) {
                column.push(value);
            }
        }
        let [time, earliest, latest] = times;
        let mut columns = vec![
            Column::new("event_id".into(), ids),
            Column::new("time".into(), time),
            Column::new("time_earliest".into(), earliest),
            Column::new("time_latest".into(), latest),
        ];
        columns.extend(
            texts
                .into_iter()
                .map(|(name, values)| Column::new(name.into(), values)),
        );
        DataFrame::new(count, columns)
    }
}
