//! Which part of a migration goes forward, and which goes back.

use super::tokens::{Kind, Piece};

/// Where a piece stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    /// In what runs both ways, or in nothing known.
    Both,
    /// In what goes forward.
    Up,
    /// In what goes back.
    Down,
}

/// The sections of a program.
pub(super) struct Sections {
    /// That of each piece.
    pub(super) of: Vec<Section>,
    /// Whether there is one that goes forward only.
    pub(super) has_up: bool,
    /// The one that goes back.
    pub(super) down: Option<Down>,
}

/// What goes back.
#[derive(Clone, Copy)]
pub(super) struct Down {
    /// Whether anything is in it that can go back.
    pub(super) is_written: bool,
}

/// Words that say that there is no way back.
const REFUSALS: [&str; 7] =
    ["raise", "throw", "IrreversibleMigration", "IrreversibleError", "NotImplementedError", "NotSupportedException", "NotImplementedException"];
/// Words that do nothing.
const FILLERS: [&str; 12] = ["pass", "end", "do", "return", "null", "nil", "None", "undefined", "Promise", "resolve", "ok", "false"];

/// Tells the sections. A definition begins one, and the next definition ends it; `dir.down` of Rails ends where the text is indented as little as it is.
pub(super) fn sections(text: &str, pieces: &[Piece]) -> Sections {
    let mut out = Sections { of: Vec::with_capacity(pieces.len()), has_up: false, down: None };
    let mut section = Section::Both;
    let mut nested: Option<(Section, usize)> = None;
    let mut heading_line = 0;
    for at in 0..pieces.len() {
        if let Some((outer, indent)) = nested
            && pieces[at].line > heading_line
            && pieces[at].column <= indent
        {
            (section, nested) = (outer, None);
        }
        if let Some((begun, is_nested)) = begun(text, pieces, at) {
            nested = is_nested.then(|| (nested.map_or(section, |(outer, _)| outer), indent_of(text, &pieces[at])));
            (section, heading_line) = (begun, pieces[at].line);
            out.has_up |= begun == Section::Up && !is_nested;
            if begun == Section::Down && !is_nested {
                out.down.get_or_insert(Down { is_written: false });
            }
        }
        out.of.push(section);
    }
    out.down = out.down.map(|_| Down { is_written: is_written(text, pieces, &out.of) });
    out
}

/// The section that begins at a piece, and whether it lies within another.
fn begun(text: &str, pieces: &[Piece], at: usize) -> Option<(Section, bool)> {
    let word = |at: usize| pieces.get(at).filter(|piece| piece.kind == Kind::Word).map_or("", |piece| &text[piece.span.start..piece.span.end]);
    let sign = |at: usize, sign: char| pieces.get(at).is_some_and(|piece| piece.kind == Kind::Sign(sign));
    let section = match word(at) {
        "up" | "upgrade" | "Up" => Section::Up,
        "down" | "downgrade" | "Down" => Section::Down,
        "change" => Section::Both,
        _ => return None,
    };
    let before = at.checked_sub(1);
    let defined = before.is_some_and(|before| ["def", "function", "void", "async", "const", "Task"].contains(&word(before)));
    let exported = at >= 2 && sign(at - 1, '.') && word(at - 2) == "exports";
    let keyed = sign(at + 1, ':') && !sign(at + 2, ':');
    let method = sign(at + 1, '(') && before.is_some_and(|before| sign(before, '{') || sign(before, ',') || sign(before, '}'));
    if defined || exported || section != Section::Both && (keyed || method) {
        return Some((section, false));
    }
    let of_direction = at >= 2 && sign(at - 1, '.') && (word(at + 1) == "do" || sign(at + 1, '{'));
    (of_direction && section != Section::Both).then_some((section, true))
}

/// True where the part that goes back does anything.
fn is_written(text: &str, pieces: &[Piece], of: &[Section]) -> bool {
    let down = || pieces.iter().zip(of).filter(|(_, section)| **section == Section::Down).map(|(piece, _)| piece);
    let word = |piece: &Piece| if piece.kind == Kind::Word { &text[piece.span.start..piece.span.end] } else { "" };
    if down().any(|piece| REFUSALS.contains(&word(piece))) {
        return false;
    }
    let first = down().next().map_or(0, |piece| piece.line);
    let is_doing = |piece: &&Piece| piece.kind == Kind::Word && !FILLERS.contains(&word(piece));
    // On the line of its heading, only calls count: a heading has words of its own.
    let called = |at: usize| of[at] == Section::Down && pieces[at].kind == Kind::Word && super::call(word(&pieces[at])).is_some();
    down().filter(|piece| piece.line > first).any(|piece| is_doing(&piece)) || (0..pieces.len()).any(called)
}

/// How far the line of a piece is indented.
fn indent_of(text: &str, piece: &Piece) -> usize {
    let start = piece.span.start - piece.column;
    text[start..].len() - text[start..].trim_start_matches([' ', '\t']).len()
}
