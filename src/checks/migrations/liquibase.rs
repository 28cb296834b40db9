//! Liquibase's changelogs in XML and YAML: change sets with their changes, and the rollback of each.

use super::migration::Rollback;
use super::operation::{Operation, OperationKind as K};
use super::sql;
use crate::documents::{Node, yaml};
use crate::domain::Span;

/// What a change does, by its name.
fn kind(name: &str) -> Option<K> {
    Some(match name {
        "dropTable" => K::DropTable,
        "dropColumn" => K::DropColumn,
        "dropAllForeignKeyConstraints" | "dropForeignKeyConstraint" | "dropUniqueConstraint" | "dropPrimaryKey" | "dropNotNullConstraint" => K::DropConstraint,
        "dropView" | "dropSequence" | "dropProcedure" | "renameView" => K::DropObject,
        "dropIndex" => K::DropIndex,
        "renameTable" => K::RenameTable,
        "renameColumn" => K::RenameColumn,
        "modifyDataType" | "mergeColumns" => K::ChangeType,
        "addNotNullConstraint" => K::SetNotNull,
        "addForeignKeyConstraint" | "addUniqueConstraint" | "addPrimaryKey" | "addCheckConstraint" => K::AddConstraint,
        "createIndex" => K::CreateIndex,
        "createTable" => K::CreateTable,
        "addColumn" => K::AddColumn,
        "delete" => K::Delete,
        "update" => K::Update,
        "customChange" | "executeCommand" | "sqlFile" | "loadUpdateData" => K::Unknown,
        _ => return None,
    })
}

/// True where Liquibase itself knows the way back.
fn is_automatic(kind: K) -> bool {
    matches!(kind, K::RenameTable | K::RenameColumn | K::SetNotNull | K::AddConstraint | K::CreateIndex | K::CreateTable | K::AddColumn)
}

/// What a changelog does; its rollback is missing where that of any change set is.
pub(super) fn read(text: &str, extension: &str) -> (Vec<Operation>, Rollback) {
    let mut sets = Vec::new();
    if extension == "xml" {
        xml(text, &mut sets);
    } else {
        for document in &yaml(text).0 {
            changes(text, document, &mut sets);
        }
    }
    let missing = sets.iter().any(|set: &Set| !set.has_rollback && set.operations.iter().any(|operation| !is_automatic(operation.kind)));
    let automatic = sets.iter().all(|set| !set.has_rollback);
    let operations = sets.into_iter().flat_map(|set| set.operations).collect();
    (
        operations,
        if missing {
            Rollback::Missing
        } else if automatic {
            Rollback::Automatic
        } else {
            Rollback::Written
        },
    )
}

/// A change set.
#[derive(Default)]
struct Set {
    operations: Vec<Operation>,
    has_rollback: bool,
}

impl Set {
    fn add(&mut self, text: &str, (name, at): (&str, Span), content: Option<Span>) {
        if name == "rollback" {
            self.has_rollback = true;
        } else if name == "sql" {
            let found = content.map(|span| sql::operations(text, span)).unwrap_or_default();
            // SQL that is known to do nothing bad still has no way back by itself.
            if found.is_empty() { self.operations.push(Operation::new(K::Unknown, at, text)) } else { self.operations.extend(found) }
        } else if let Some(kind) = kind(name) {
            self.operations.push(Operation::new(kind, at, text));
        }
    }
}

fn changes(text: &str, document: &Node, sets: &mut Vec<Set>) {
    let Some(log) = document.get("databaseChangeLog") else { return };
    for item in log.items() {
        let Some(set) = item.get("changeSet") else { continue };
        let mut read = Set { has_rollback: set.get("rollback").is_some(), ..Set::default() };
        for change in set.get("changes").map(Node::items).unwrap_or_default() {
            for entry in change.entries() {
                let content = entry.value.get("sql").or(Some(&*entry.value)).filter(|node| node.text().is_some()).map(|node| unquoted(text, node.span));
                read.add(text, (&entry.key, entry.span), content);
            }
        }
        sets.push(read);
    }
}

/// What stands between a tag and the next closing one; of a section of plain text, that text.
fn content(text: &str, start: usize) -> Span {
    const OPEN: &str = "<![CDATA[";
    let gap = text[start..].len() - text[start..].trim_start().len();
    let (start, close) = if text[start + gap..].starts_with(OPEN) { (start + gap + OPEN.len(), "]]>") } else { (start, "</") };
    Span::new(start, text[start..].find(close).map_or(text.len(), |end| start + end))
}

/// A place without quotes around it.
fn unquoted(text: &str, span: Span) -> Span {
    let is_quoted =
        text[span.start..span.end].len() > 1 && ['"', '\''].iter().any(|quote| text[span.start..].starts_with(*quote) && text[..span.end].ends_with(*quote));
    if is_quoted { Span::new(span.start + 1, span.end - 1) } else { span }
}

/// The elements of an XML text: comments are passed over, and what stands in a rollback is part of it.
fn xml(text: &str, sets: &mut Vec<Set>) {
    let mut at = 0;
    let mut within_rollback = false;
    while let Some(found) = text[at..].find('<') {
        let start = at + found;
        let rest = &text[start..];
        if let Some(close) = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")].iter().find_map(|(open, close)| rest.starts_with(open).then_some(*close)) {
            at = rest.find(close).map_or(text.len(), |end| start + end + close.len());
            continue;
        }
        let end = rest.find('>').map_or(text.len(), |end| start + end + 1);
        at = end;
        let tag = &text[start..end];
        let name = tag
            .trim_start_matches(['<', '/'])
            .split(|character: char| character.is_whitespace() || character == '>' || character == '/')
            .next()
            .unwrap_or_default();
        let name = name.rsplit(':').next().unwrap_or_default();
        match (tag.starts_with("</"), name) {
            (true, "rollback") => within_rollback = false,
            (false, "changeSet") => sets.push(Set::default()),
            (false, _) if !within_rollback => {
                let content = (name == "sql").then(|| content(text, end));
                at = content.map_or(at, |span| span.end);
                if let Some(set) = sets.last_mut() {
                    set.add(text, (name, Span::new(start, end)), content);
                }
                within_rollback = name == "rollback" && !tag.ends_with("/>");
            }
            _ => {}
        }
    }
}
