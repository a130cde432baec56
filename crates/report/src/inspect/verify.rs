//! The media of images, hashed and held against the hashes that their containers store.

use std::io::{self, Write};

use kusari::Reconstruction;
use kusari_evidence::container::HashAlgorithm;
use kusari_evidence::container::hashing::verify as hash_media;
use serde::Serialize;

use crate::layout::{Column, Grid, Page, visible};
use crate::rows;
use crate::view::{Format, View};

/// One hash of one medium.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// The path of the evidence, and the place of the medium in it.
    pub media: String,
    /// `MD5`, `SHA-1`, `SHA-256`.
    pub algorithm: &'static str,
    /// The hash of the bytes as they are now; `None` when they could not be read to the end.
    pub computed: Option<String>,
    /// The hash that the container stores.
    pub stored: Option<String>,
    /// `match`, `differs`, `not-stored`, `unreadable`.
    pub result: &'static str,
    /// Why it could not be read.
    pub error: Option<String>,
}

impl Verified {
    /// Whether it speaks against the image.
    #[must_use]
    pub fn is_bad(&self) -> bool {
        matches!(self.result, "differs" | "unreadable")
    }
}

/// Reads every medium to its end; `progress` is told which one, how much of it is done, and of how
/// much.
#[must_use]
pub fn verify(r: &Reconstruction, progress: &mut dyn FnMut(&str, u64, u64)) -> Vec<Verified> {
    const ALL: [HashAlgorithm; 3] = [
        HashAlgorithm::Md5,
        HashAlgorithm::Sha1,
        HashAlgorithm::Sha256,
    ];
    let mut results = Vec::new();
    for one in r.evidence() {
        for media in &one.evidence.media {
            let mut name = one.evidence.path.display().to_string();
            if !media.place.is_empty() {
                name = format!("{name}/{}", media.place);
            }
            let size = media.bytes.size();
            let computed = hash_media(media.bytes.as_ref(), &ALL, &mut |done| {
                progress(&name, done, size);
            });
            for algorithm in ALL {
                let of = |hashes: &[kusari_evidence::container::StoredHash]| {
                    let own = hashes.iter().find(|hash| hash.algorithm == algorithm);
                    own.map(|hash| hash.value.clone())
                };
                let stored = of(&media.stored_hashes);
                let (computed, error) = match &computed {
                    Ok(hashes) => (of(hashes), None),
                    Err(error) => (None, Some(error.to_string())),
                };
                let result = match (&computed, &stored) {
                    (None, _) => "unreadable",
                    (_, None) => "not-stored",
                    (Some(now), Some(stored)) if now == stored => "match",
                    _ => "differs",
                };
                results.push(Verified {
                    media: name.clone(),
                    algorithm: algorithm.name(),
                    computed,
                    stored,
                    result,
                    error,
                });
            }
        }
    }
    results
}

/// Writes the hashes of all media.
///
/// # Errors
/// When `out` cannot be written to.
pub fn verified(results: &[Verified], view: &View, out: &mut dyn Write) -> io::Result<()> {
    match view.format {
        Format::Json => rows::json(out, &results),
        Format::JsonLines => rows::json_lines(out, results.iter()),
        Format::Csv => {
            let header = [
                "media",
                "algorithm",
                "computed",
                "stored",
                "result",
                "error",
            ];
            let row = |own: &Verified| {
                [
                    own.media.clone(),
                    own.algorithm.to_owned(),
                    rows::or_empty(own.computed.as_ref()),
                    rows::or_empty(own.stored.as_ref()),
                    own.result.to_owned(),
                    rows::or_empty(own.error.as_ref()),
                ]
            };
            rows::csv(out, header, results.iter().map(row))
        }
        Format::Svg => rows::no_picture(),
        Format::Table => out.write_all(page(results, view).to_terminal(view.width).as_bytes()),
        Format::Markdown => out.write_all(page(results, view).to_markdown().as_bytes()),
    }
}

fn page(results: &[Verified], view: &View) -> Page {
    let texts = view.language.texts();
    let mut grid = Grid {
        columns: [texts.evidence, texts.hash, texts.state]
            .into_iter()
            .map(Column::text)
            .collect(),
        rows: Vec::new(),
        ruled: true,
    };
    for own in results {
        let mut hash = vec![own.algorithm.to_owned()];
        hash.extend(own.computed.clone());
        if own.result == "differs" {
            let stored = own.stored.as_deref().unwrap_or_default();
            hash.push(format!("{}: {stored}", texts.stored));
        }
        let mut state = vec![texts.state(own.result).to_owned()];
        state.extend(own.error.as_deref().map(visible));
        grid.rows
            .push(vec![visible(&own.media).into(), hash.into(), state.into()]);
    }
    let mut page = Page::default();
    page.heading(texts.verify_title);
    if results.is_empty() {
        page.text(texts.no_media);
    }
    page.table(grid);
    page
}
