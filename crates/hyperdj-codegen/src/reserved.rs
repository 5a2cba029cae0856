//! Names that generated code must leave alone, whether or not a given file uses them: so that a name never depends on
//! what else is in the file.

/// Class names that are Python's, or that a generated file may import. In byte order.
///
/// Built-in names are those of CPython 3.11's `builtins` that begin with a capital.
pub const RESERVED_CLASS_NAMES: &[&str] = &[
    "Any",
    "ArithmeticError",
    "Array",
    "AssertionError",
    "AttributeError",
    "BaseException",
    "BaseExceptionGroup",
    "BlockingIOError",
    "BrokenPipeError",
    "BufferError",
    "BytesWarning",
    "Check",
    "ChildProcessError",
    "CompositeType",
    "ConnectionAbortedError",
    "ConnectionError",
    "ConnectionRefusedError",
    "ConnectionResetError",
    "Decimal",
    "DeprecationWarning",
    "DomainType",
    "EOFError",
    "Ellipsis",
    "EncodingWarning",
    "Enum",
    "EnumType",
    "EnvironmentError",
    "Exception",
    "ExceptionGroup",
    "Exclude",
    "False",
    "Field",
    "FileExistsError",
    "FileNotFoundError",
    "FloatingPointError",
    "ForeignKey",
    "ForeignServer",
    "FutureWarning",
    "Generated",
    "GeneratorExit",
    "I",
    "IOError",
    "IPv4Address",
    "IPv4Interface",
    "IPv4Network",
    "IPv6Address",
    "IPv6Interface",
    "IPv6Network",
    "Identity",
    "ImportError",
    "ImportWarning",
    "IndentationError",
    "Index",
    "IndexColumn",
    "IndexError",
    "IndexExpression",
    "InterruptedError",
    "IsADirectoryError",
    "KeyError",
    "KeyboardInterrupt",
    "LookupError",
    "MemoryError",
    "Model",
    "ModuleNotFoundError",
    "NameError",
    "None",
    "NotADirectoryError",
    "NotImplemented",
    "NotImplementedError",
    "O",
    "OSError",
    "OverflowError",
    "Partition",
    "PendingDeprecationWarning",
    "PermissionError",
    "PrimaryKey",
    "ProcessLookupError",
    "Range",
    "RangeType",
    "RecursionError",
    "ReferenceError",
    "ResourceWarning",
    "RuntimeError",
    "RuntimeWarning",
    "Sequence",
    "Serial",
    "StopAsyncIteration",
    "StopIteration",
    "StrEnum",
    "SyntaxError",
    "SyntaxWarning",
    "SystemError",
    "SystemExit",
    "TabError",
    "Table",
    "TimeoutError",
    "True",
    "TypeError",
    "UUID",
    "UnboundLocalError",
    "UnicodeDecodeError",
    "UnicodeEncodeError",
    "UnicodeError",
    "UnicodeTranslateError",
    "UnicodeWarning",
    "Unique",
    "UserWarning",
    "ValueError",
    "View",
    "Warning",
    "ZeroDivisionError",
];

/// Field names that a model needs for itself, or that its class body names. In byte order.
///
/// The list of `hyperdjango.models.reserved`, which a test holds to be the same.
pub const RESERVED_FIELD_NAMES: &[&str] = &[
    "Check",
    "CompositeType",
    "DoesNotExist",
    "DomainType",
    "EnumType",
    "Exclude",
    "Field",
    "ForeignKey",
    "ForeignServer",
    "Generated",
    "Identity",
    "Index",
    "IndexColumn",
    "IndexExpression",
    "Meta",
    "Model",
    "MultipleObjectsReturned",
    "Partition",
    "PrimaryKey",
    "Sequence",
    "Serial",
    "Table",
    "Unique",
    "View",
    "_meta",
    "_row",
    "_state",
    "clean",
    "clean_fields",
    "delete",
    "from_db",
    "full_clean",
    "get_deferred_fields",
    "objects",
    "pk",
    "refresh_from_db",
    "save",
    "to_dict",
    "validate_constraints",
    "validate_unique",
];

/// Python's key words (`keyword.kwlist` of CPython 3.11) and `type`. In byte order.
pub(crate) const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "type",
    "while", "with", "yield",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_names_are_those_of_the_package() {
        let source = include_str!("../../../python/hyperdjango/models/reserved.py");
        let mut names: Vec<&str> = source
            .lines()
            .filter_map(|line| line.strip_prefix("        \"")?.strip_suffix("\","))
            .collect();
        names.sort_unstable();
        assert_eq!(names, RESERVED_FIELD_NAMES);
    }

    #[test]
    fn lists_are_in_order_for_the_search() {
        assert!(RESERVED_CLASS_NAMES.is_sorted());
        assert!(RESERVED_FIELD_NAMES.is_sorted());
        assert!(KEYWORDS.is_sorted());
    }
}
