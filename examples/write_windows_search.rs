//! Writes a Windows Search index as Windows 11 lays it out, to be held against other people's readers.
//!
//! `write_windows_search FOLDER`: `Windows.db` and `Windows-gather.db`, with pages of 1, 4 and 32 KiB.

use std::path::Path;

use kusari_fixtures::ese::windows_search::{Item, Scope};
use kusari_fixtures::sqlite::Layout;
use kusari_fixtures::windows_search_11::{windows_db, windows_gather_db};

const AT: u64 = 133_397_664_000_000_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1);
    let folder = folder.ok_or("usage: write_windows_search FOLDER")?;
    let items: Vec<Item> = (0..3000_u64)
        .map(|number| {
            // Some are so long that they go on on other pages.
            let name = format!("{}{number}.xlsx", "顧客".repeat(number as usize % 97 * 20));
            Item {
                url: format!("file:E:/持出/{name}"),
                name,
                size: (number % 5 != 0).then_some(number << 20),
                times: (AT + number, AT - number, AT),
                gathered: AT + 600_000_000 + number,
                volume_id: (number % 3 == 0).then_some(*b"0123456789abcdef"),
                computer: "CALLCENTRE01".to_owned(),
                kinds: vec!["document".to_owned(), "link".to_owned()],
                scope: 6,
                deleted: number % 100 == 99,
            }
        })
        .collect();
    let parts = [(2, 1, "file:"), (3, 2, "E:"), (4, 3, "/"), (6, 4, "持出/")];
    let scopes = parts.map(|(id, parent, name)| Scope {
        id,
        parent,
        name: name.to_owned(),
    });
    for page_size in [1024, 4096, 32_768] {
        let layout = Layout {
            page_size,
            ..Layout::default()
        };
        let folder = Path::new(&folder).join(page_size.to_string());
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("Windows.db"), windows_db(&layout, &items))?;
        let gatherer = windows_gather_db(&layout, &scopes);
        std::fs::write(folder.join("Windows-gather.db"), gatherer)?;
    }
    Ok(())
}
