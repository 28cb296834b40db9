//! The documentation as a site: what .github/workflows/docs.yml publishes.

#[path = "../../scripts/site/pages.rs"]
mod pages;

use std::fs;
use std::path::{Path, PathBuf};

/// The attribute's values in a page.
fn values(page: &str, attribute: &str) -> Vec<String> {
    let start = format!("{attribute}=\"");
    page.split(start.as_str()).skip(1).filter_map(|rest| rest.split('"').next().map(str::to_owned)).collect()
}

fn html(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            html(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "html") {
            out.push(path);
        }
    }
}

#[test]
fn every_page_of_the_site_has_a_title_and_every_link_between_pages_leads_somewhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let count = pages::write(Path::new(env!("CARGO_MANIFEST_DIR")), folder.path()).expect("written");
    let mut found = Vec::new();
    html(folder.path(), &mut found);
    assert_eq!(found.len(), count);
    assert!(folder.path().join("index.html").exists() && folder.path().join("docs/policy.html").exists());
    let mut links = 0;
    for path in found {
        let page = fs::read_to_string(&path).expect("text");
        assert!(!page.contains("<title></title>"), "{}", path.display());
        for link in values(&page, " href").iter().chain(&values(&page, "<a href")) {
            if link.contains("://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').map_or((link.as_str(), None), |(file, anchor)| (file, Some(anchor)));
            let target = if file.is_empty() { path.clone() } else { path.parent().expect("a folder").join(file) };
            assert!(target.is_file(), "{}: {link}", path.display());
            assert!(Path::new(file).extension().is_none_or(|extension| extension != "md"), "{}: {link}", path.display());
            if let Some(anchor) = anchor {
                let ids = values(&fs::read_to_string(target).expect("text"), " id");
                assert!(ids.iter().any(|id| id == anchor), "{}: {link}", path.display());
            }
            links += 1;
        }
    }
    assert!(links > 20, "{links} links");
}
