//! The Markdown files that people read, as HTML pages with the links between them; every other file beside them as it is. Links to what is not on the site
//! lead to the repository. It reads and writes files, and judges nothing: that links lead somewhere is a test's business.

use std::collections::BTreeSet;
use std::io;
use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

/// Folders whose files belong to the site, without those below them.
const FOLDERS: &[&str] = &["", "docs"];
/// Files at the top that belong to it, besides the Markdown ones.
const FILES: &[&str] = &["LICENSE-MIT", "LICENSE-APACHE"];
/// A folder that belongs to it with all that is below.
const EXAMPLES: &str = "docs/examples";

/// Where the files are that are not on the site.
const REPOSITORY: &str = "https://github.com/shipgate/shipgate/blob/main";

const STYLE: &str = "body{max-width:60rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif}\
table{border-collapse:collapse;display:block;overflow-x:auto}td,th{border:1px solid #8888;padding:.3rem .6rem;text-align:left}\
pre,code{font-family:ui-monospace,monospace;font-size:.9em}pre{padding:.8rem;overflow-x:auto;border:1px solid #8888}";

/// Writes the site of the repository at `root` to a folder; how many pages it has.
///
/// # Errors
/// What the file system says.
pub fn write(root: &Path, out: &Path) -> io::Result<usize> {
    let mut count = 0;
    let files = files(root)?;
    for name in &files {
        let is_page = name.extension().is_some_and(|extension| extension == "md");
        let target = out.join(if is_page { page_of(name) } else { name.clone() });
        std::fs::create_dir_all(target.parent().unwrap_or(out))?;
        if is_page {
            let text = std::fs::read_to_string(root.join(name))?;
            std::fs::write(target, page(&text, &Links { from: name, files: &files }))?;
            count += 1;
        } else {
            std::fs::copy(root.join(name), target)?;
        }
    }
    Ok(count)
}

/// The files of the site, by their path from the root.
fn files(root: &Path) -> io::Result<BTreeSet<PathBuf>> {
    let mut out: BTreeSet<PathBuf> = FILES.iter().map(PathBuf::from).collect();
    for folder in FOLDERS {
        let of_site = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "md") || path.starts_with("docs");
        out.extend(listed(root, Path::new(folder))?.into_iter().filter(|path| root.join(path).is_file()).filter(of_site));
    }
    let mut todo = vec![PathBuf::from(EXAMPLES)];
    while let Some(path) = todo.pop() {
        if root.join(&path).is_dir() { todo.extend(listed(root, &path)?) } else { out.extend([path]) }
    }
    Ok(out)
}

fn listed(root: &Path, folder: &Path) -> io::Result<Vec<PathBuf>> {
    std::fs::read_dir(root.join(folder))?.map(|entry| Ok(folder.join(entry?.file_name()))).collect()
}

/// Where a Markdown file's page is: a README is its folder's first page.
fn page_of(name: &Path) -> PathBuf {
    if name.file_stem().is_some_and(|stem| stem == "README") { name.with_file_name("index.html") } else { name.with_extension("html") }
}

/// A Markdown text as a page.
fn page(text: &str, links: &Links<'_>) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut events: Vec<Event<'_>> = Parser::new_ext(text, options).map(|event| links.linked(event)).collect();
    let title = name_headings(&mut events);
    let mut body = String::new();
    html::push_html(&mut body, events.into_iter());
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n<style>{STYLE}</style>\n{body}</html>\n"
    )
}

/// How the links of one file lead on.
struct Links<'a> {
    from: &'a Path,
    files: &'a BTreeSet<PathBuf>,
}

impl Links<'_> {
    fn linked<'event>(&self, event: Event<'event>) -> Event<'event> {
        match event {
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => Event::Start(Tag::Link { link_type, dest_url: self.address(dest_url), title, id }),
            event => event,
        }
    }

    /// To a file of the site by its page, to another by the repository.
    fn address<'link>(&self, link: CowStr<'link>) -> CowStr<'link> {
        let (file, anchor) = link.split_at(link.find('#').unwrap_or(link.len()));
        if link.contains("://") || file.is_empty() {
            return link;
        }
        let target = from_root(&self.from.with_file_name(file));
        if !self.files.contains(&target) {
            return format!("{REPOSITORY}/{}{anchor}", slashes(&target)).into();
        }
        let is_page = target.extension().is_some_and(|extension| extension == "md");
        if is_page { format!("{}{anchor}", slashes(&page_of(Path::new(file)))).into() } else { link }
    }
}

/// The path without its steps up.
fn from_root(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => out = out.parent().map(Path::to_owned).unwrap_or_default(),
            part => out.push(part),
        }
    }
    out
}

fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// Gives every heading the anchor that GitHub gives it; the text of the first.
fn name_headings(events: &mut [Event<'_>]) -> String {
    let mut first = None;
    for at in 0..events.len() {
        if !matches!(events[at], Event::Start(Tag::Heading { .. })) {
            continue;
        }
        let inside = events[at..].iter().take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))));
        let text: String = inside.filter_map(|event| if let Event::Text(text) | Event::Code(text) = event { Some(&**text) } else { None }).collect();
        if let Event::Start(Tag::Heading { id, .. }) = &mut events[at] {
            *id = Some(anchor(&text).into());
        }
        first.get_or_insert(text);
    }
    first.unwrap_or_default()
}

fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase().chars().filter(|character| character.is_alphanumeric() || " -_".contains(*character)).collect::<String>();
    kept.replace(' ', "-")
}
