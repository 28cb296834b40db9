//! Migrations that are programs: Ruby, Python, Elixir, PHP, JavaScript, TypeScript, C#. They are read, never run: what is called in the part that goes forward, the
//! SQL in its strings, and whether there is a part that goes back.

mod calls;
mod sections;
mod tokens;

use super::migration::Rollback;
use super::operation::{Operation, OperationKind as K};
use super::sql;
use super::tool::Tool;
use crate::domain::Span;
use calls::{Call, call};
use sections::{Section, sections};
use tokens::{Kind, Language, Piece, pieces};

/// How many pieces of a statement are looked at behind its first word.
const MOST_AHEAD: usize = 60;

/// What a migration does, and whether it can be taken back.
pub(super) fn read(tool: Tool, text: &str) -> (Vec<Operation>, Rollback) {
    let pieces = pieces(text, language(tool));
    let sections = sections(text, &pieces);
    let mut out = Vec::new();
    let mut irreversible = false;
    for at in 0..pieces.len() {
        if sections.of[at] != Section::Down {
            let statement = Statement { tool, text, pieces: &pieces[at..], before: at.checked_sub(1).map(|at| pieces[at]) };
            let begin = out.len();
            statement.read(&mut out);
            irreversible |= out.len() > begin && sections.of[at] != Section::Up && !statement.is_reversible(out[begin].kind);
        }
    }
    let rollback = match (sections.down, tool) {
        (Some(down), _) if down.is_written => Rollback::Written,
        (None, Tool::Rails | Tool::Ecto | Tool::Django) if !sections.has_up && !irreversible => Rollback::Automatic,
        _ => Rollback::Missing,
    };
    (out, rollback)
}

fn language(tool: Tool) -> Language {
    match tool {
        Tool::Rails => Language::Ruby,
        Tool::Django | Tool::Alembic => Language::Python,
        Tool::Ecto => Language::Elixir,
        Tool::Laravel => Language::Php,
        Tool::EfCore => Language::CSharp,
        _ => Language::Script,
    }
}

/// A statement, from one of its words on.
struct Statement<'a> {
    tool: Tool,
    text: &'a str,
    pieces: &'a [Piece],
    before: Option<Piece>,
}

impl Statement<'_> {
    fn word(&self, at: usize) -> &str {
        self.pieces.get(at).filter(|piece| piece.kind == Kind::Word).map_or("", |piece| &self.text[piece.span.start..piece.span.end])
    }

    fn is_sign(&self, at: usize, sign: char) -> bool {
        self.pieces.get(at).is_some_and(|piece| piece.kind == Kind::Sign(sign))
    }

    /// True for `word:`, but not for `word :symbol`.
    fn is_key(&self) -> bool {
        self.is_sign(1, ':') && self.pieces[1].span.start == self.pieces[0].span.end
    }

    /// Its pieces up to the end of its arguments: the closing parenthesis, else the end of the line.
    fn arguments(&self) -> &[Piece] {
        let ahead = &self.pieces[1..self.pieces.len().min(MOST_AHEAD)];
        if !self.is_sign(1, '(') {
            let line = self.pieces[0].line;
            let goes_on = |at: usize| ahead.get(at.wrapping_sub(1)).is_some_and(|piece| piece.kind == Kind::Sign(','));
            let end = (0..ahead.len()).find(|at| ahead[*at].line > line && !goes_on(*at));
            return &ahead[..end.unwrap_or(ahead.len())];
        }
        let mut depth = 0_usize;
        let end = ahead.iter().position(|piece| {
            match piece.kind {
                Kind::Sign('(') => depth += 1,
                Kind::Sign(')') => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        });
        &ahead[..end.map_or(ahead.len(), |end| end + 1)]
    }

    fn says(&self, word: &str) -> bool {
        self.arguments().iter().any(|piece| piece.kind == Kind::Word && self.text[piece.span.start..piece.span.end].to_lowercase().contains(word))
    }

    fn has(&self, word: &str) -> bool {
        self.arguments().iter().any(|piece| piece.kind == Kind::Word && &self.text[piece.span.start..piece.span.end] == word)
    }

    fn commas(&self) -> usize {
        let mut depth = 0_usize;
        let least = usize::from(self.is_sign(1, '('));
        let counted = self.arguments().iter().filter(|piece| {
            match piece.kind {
                Kind::Sign('(' | '[' | '{') => depth += 1,
                Kind::Sign(')' | ']' | '}') => depth = depth.saturating_sub(1),
                _ => {}
            }
            piece.kind == Kind::Sign(',') && depth == least
        });
        counted.count()
    }

    /// The operations that begin with this piece.
    fn read(&self, out: &mut Vec<Operation>) {
        let first = self.pieces[0];
        let word = self.word(0);
        let is_plain = matches!(self.tool, Tool::Rails | Tool::Ecto);
        if word.is_empty()
            || self.before.is_some_and(|before| before.kind == Kind::Word && ["def", "function"].contains(&&self.text[before.span.start..before.span.end]))
        {
            return;
        }
        let called = self.is_sign(1, '(') || self.is_sign(1, '<') || is_plain && !self.is_key() && !self.is_sign(1, '=');
        if !called {
            return;
        }
        let span = Span::new(first.span.start, self.arguments().last().map_or(first.span.end, |piece| piece.span.end).max(first.span.end));
        match call(word).or_else(|| self.of_tool(word).map(Call::Does)) {
            Some(Call::Does(kind)) => out.push(Operation::new(self.refined(kind), span, self.text)),
            Some(Call::Code) => out.push(Operation::new(K::Unknown, span, self.text)),
            Some(Call::Sql) => {
                let begin = out.len();
                let texts: Vec<Span> = self.arguments().iter().filter(|piece| piece.kind == Kind::Text).map(|piece| piece.span).collect();
                // The second text of Django and Ecto is the way back.
                let forward = if matches!(self.tool, Tool::Django | Tool::Ecto) { texts.get(..1).unwrap_or_default() } else { &texts };
                out.extend(forward.iter().flat_map(|span| sql::operations(self.text, *span)));
                if out.len() == begin && texts.is_empty() {
                    out.push(Operation::new(K::Unknown, span, self.text));
                }
            }
            None => {}
        }
    }

    /// Words that are calls in some tools, and anything elsewhere.
    fn of_tool(&self, word: &str) -> Option<K> {
        let after = self.before.map(|before| before.kind);
        match (self.tool, word) {
            (Tool::Laravel, "drop") => Some(K::DropTable),
            (Tool::Laravel, "change") if after == Some(Kind::Sign('>')) => Some(K::ChangeType),
            (Tool::Laravel, "delete") if after == Some(Kind::Sign('>')) => Some(K::Delete),
            (Tool::Laravel, "rename") => Some(K::RenameTable),
            (Tool::Ecto, "drop" | "drop_if_exists") if self.says("table") => Some(K::DropTable),
            (Tool::Ecto, "drop" | "drop_if_exists") => Some(K::DropIndex),
            (Tool::Ecto, "remove" | "remove_if_exists") => Some(K::DropColumn),
            (Tool::Rails, "remove") if after == Some(Kind::Sign('.')) => Some(K::DropColumn),
            (Tool::Rails, "rename") if after == Some(Kind::Sign('.')) => Some(K::RenameColumn),
            (Tool::Ecto, "rename") => Some(if self.says("to") && self.commas() > 1 { K::RenameColumn } else { K::RenameTable }),
            (Tool::Ecto, "create") if self.says("index") => Some(K::CreateIndex),
            (Tool::Knex, "delete") if after == Some(Kind::Sign('.')) => Some(K::Delete),
            _ => None,
        }
    }

    /// What the arguments make of it.
    fn refined(&self, kind: K) -> K {
        let is_later = self.says("concurrently") || self.says("not_valid") || self.says("notvalid");
        match kind {
            K::CreateIndex if is_later => K::CreateIndexOnline,
            K::DropIndex if is_later => K::DropIndexOnline,
            K::AddConstraint if is_later || self.says("validate") => K::AddConstraintLater,
            _ => kind,
        }
    }

    /// Whether the tool knows by itself how to take back what is not written twice.
    fn is_reversible(&self, kind: K) -> bool {
        let word = self.word(0);
        match (self.tool, word) {
            (Tool::Django, "RunSQL" | "RunPython") => self.says("reverse_") || self.commas() > 0 && !self.is_named_second(),
            (Tool::Django, _) => true,
            (_, "execute") => self.commas() > 0 && self.tool == Tool::Ecto,
            (Tool::Rails, "drop_table") => self.has("do") || self.is_sign(self.arguments().len() + 1, '{'),
            (Tool::Rails, "remove_column") => self.commas() > 1,
            (Tool::Rails, "remove_columns") => self.says("type"),
            (Tool::Rails, "change_column") => false,
            (Tool::Ecto, "drop" | "drop_if_exists") => kind != K::DropTable,
            (Tool::Ecto, "remove") => self.commas() > 0,
            (Tool::Ecto, "modify") => self.says("from"),
            _ => !matches!(kind, K::Unknown | K::Truncate | K::Delete | K::Update),
        }
    }

    /// True where the second argument has a name: `elidable=True` is no way back.
    fn is_named_second(&self) -> bool {
        self.arguments().windows(3).any(|three| three[0].kind == Kind::Sign(',') && three[1].kind == Kind::Word && three[2].kind == Kind::Sign('='))
    }
}
