//! What the calls of migrations do, whatever their tool: `drop_table`, `dropTable` and `DropTable` are one word.

use super::super::operation::OperationKind as K;

/// What a call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// This.
    Does(K),
    /// What its SQL says.
    Sql,
    /// Code of its own.
    Code,
}

const CALLS: &[(Call, &[&str])] = &[
    (Call::Does(K::DropTable), &["droptable", "droptables", "droptableifexists", "dropifexists", "deletemodel", "dropjointable"]),
    (
        Call::Does(K::DropColumn),
        &[
            "removecolumn",
            "removecolumns",
            "dropcolumn",
            "dropcolumns",
            "removefield",
            "removetimestamps",
            "droptimestamps",
            "dropsoftdeletes",
            "removereference",
            "removebelongsto",
            "dropforeignid",
        ],
    ),
    (Call::Does(K::DropSchema), &["dropschema", "dropdatabase", "dropallschemas", "dropalltables"]),
    (Call::Does(K::DropObject), &["dropview", "droptype", "dropenum", "dropsequence", "dropfunction", "dropmaterializedview", "dropextension"]),
    (Call::Does(K::DropIndex), &["removeindex", "dropindex"]),
    (
        Call::Does(K::DropConstraint),
        &[
            "removeforeignkey",
            "dropforeign",
            "dropforeignkey",
            "dropconstraint",
            "removeconstraint",
            "dropunique",
            "dropprimary",
            "dropprimarykey",
            "removecheckconstraint",
            "dropcheckconstraint",
            "dropuniqueconstraint",
        ],
    ),
    (Call::Does(K::Truncate), &["truncate", "truncatetable"]),
    (Call::Does(K::Delete), &["bulkdelete", "deletedata", "deleteall", "destroyall", "del"]),
    (Call::Does(K::Update), &["updateall", "bulkupdate", "updatedata"]),
    (Call::Does(K::RenameTable), &["renametable", "renamemodel", "altermodeltable"]),
    (Call::Does(K::RenameColumn), &["renamecolumn", "renamefield"]),
    (Call::Does(K::ChangeType), &["changecolumn", "altercolumn", "alterfield", "modify", "changecolumntype", "altertypeof"]),
    (Call::Does(K::SetNotNull), &["changecolumnnull", "dropnullable"]),
    (Call::Does(K::CreateIndex), &["addindex", "createindex", "createindexes"]),
    (Call::Does(K::CreateIndexOnline), &["addindexconcurrently", "removeindexconcurrently"]),
    (
        Call::Does(K::AddConstraint),
        &[
            "addforeignkey",
            "createforeignkey",
            "addconstraint",
            "addcheckconstraint",
            "createcheckconstraint",
            "createuniqueconstraint",
            "adduniqueconstraint",
            "createprimarykey",
            "addprimarykey",
            "alteruniquetogether",
        ],
    ),
    (Call::Does(K::CreateTable), &["createtable", "createtables", "createmodel", "createtableifnotexists", "createjointable"]),
    (Call::Does(K::AddColumn), &["addcolumn", "addcolumns", "addfield", "addreference", "addtimestamps"]),
    (Call::Sql, &["execute", "query", "raw", "statement", "unprepared", "runsql", "sql", "executequery", "rawquery"]),
    (Call::Code, &["runpython", "runcode"]),
];

/// What a word does where it is called.
pub(super) fn call(word: &str) -> Option<Call> {
    if word.len() > 40 {
        return None;
    }
    let word: String = word.chars().filter(|character| *character != '_').flat_map(char::to_lowercase).collect();
    CALLS.iter().find(|(_, words)| words.contains(&word.as_str())).map(|(call, _)| *call)
}
