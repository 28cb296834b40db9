//! What a migration does to a database, step by step, and what each step means for whoever deploys it.

use serde::Serialize;

use crate::domain::Span;

macro_rules! operations {
    ($($variant:ident $id:literal [$($class:ident)*] $about:literal)*) => {
        /// What one step does.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum OperationKind {
            $(#[doc = $about] $variant,)*
        }

        impl OperationKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its id.
            pub fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }

            /// What it does, in words that end a sentence.
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => $about,)* }
            }

            /// What it means; empty where it can be taken back, keeps all data, and holds nobody up.
            pub fn classes(self) -> &'static [Class] {
                match self { $(Self::$variant => &[$(Class::$class,)*],)* }
            }
        }
    };
}

operations! {
    DropTable "drop-table" [NeedsBackup Contracts] "drops a table with its data"
    DropColumn "drop-column" [NeedsBackup Contracts] "drops a column with its data"
    DropSchema "drop-schema" [NeedsBackup Contracts] "drops a whole schema or database"
    DropObject "drop-object" [Contracts] "drops a view, type, function or sequence"
    DropConstraint "drop-constraint" [] "drops a constraint"
    DropIndex "drop-index" [Locks] "drops an index"
    DropIndexOnline "drop-index-online" [] "drops an index without a lock"
    Truncate "truncate" [NeedsBackup] "empties a table"
    Delete "delete" [NeedsBackup] "deletes rows"
    Update "update" [NeedsBackup] "overwrites values"
    ChangeType "change-type" [NeedsBackup Locks] "changes a column's type: values may be cut, and the table is rewritten"
    WidenType "widen-type" [Locks] "widens a column's type: the table may be rewritten"
    RenameTable "rename-table" [Contracts] "renames a table under programs that use it"
    RenameColumn "rename-column" [Contracts] "renames a column under programs that use it"
    AddRequiredColumn "add-required-column" [Locks] "adds a column that must not be null and has no default: rows that are there do not fit"
    SetNotNull "set-not-null" [Locks] "forbids null: the whole table is read under a lock"
    AddConstraint "add-constraint" [Locks] "adds a constraint: the whole table is read under a lock"
    AddConstraintLater "add-constraint-later" [] "adds a constraint without reading the table"
    CreateIndex "create-index" [Locks] "builds an index: writes wait until it is done"
    CreateIndexOnline "create-index-online" [] "builds an index without a lock"
    Rewrite "rewrite" [Locks] "rewrites a whole table under a lock"
    LockTable "lock-table" [Locks] "locks a table"
    CreateTable "create-table" [] "creates a table"
    AddColumn "add-column" [] "adds a column"
    Other "other" [] "does something else that keeps what is there"
    Unknown "unknown" [] "runs code of its own: what it does cannot be told"
}

/// What a step means for whoever deploys it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// It loses data that no migration brings back.
    NeedsBackup,
    /// It holds up readers or writers for as long as the table is large.
    Locks,
    /// Programs that still run with the old schema break.
    Contracts,
}

/// One step of a migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Operation {
    /// What it does.
    pub kind: OperationKind,
    /// Where in the file.
    #[serde(skip)]
    pub span: Span,
    /// Its first words, on one line.
    pub text: String,
}

impl OperationKind {
    /// True where data are gone once it ran.
    pub fn is_destructive(self) -> bool {
        matches!(self, Self::DropTable | Self::DropColumn | Self::DropSchema | Self::Truncate | Self::Delete)
    }

    /// True where it means this.
    pub fn is(self, class: Class) -> bool {
        self.classes().contains(&class)
    }

    /// True where it can be taken back without loss, by a step that is written or known.
    pub fn is_reversible(self) -> bool {
        !self.is(Class::NeedsBackup) && self != Self::Unknown
    }
}

impl Operation {
    /// A step at a place of a text; its words are cut to 80 characters on one line.
    pub fn new(kind: OperationKind, span: Span, text: &str) -> Self {
        let words = text.get(span.start..span.end).unwrap_or_default().chars().take(400).collect::<String>();
        let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
        Self { kind, span, text: line.chars().take(80).collect() }
    }
}
