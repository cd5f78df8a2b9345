using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace DurableMesh.Functions.ReadModel;

/// <summary>The faults of a file, in words, and which of them make it worthless.</summary>
internal static class ReadModelFaults
{
    // https://sqlite.org/rescode.html
    private const int Error = 1;
    private const int ReadOnly = 8;
    private const int IoError = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int Constraint = 19;
    private const int NotADatabase = 26;

    /// <summary>Whether the file is no database any more.</summary>
    public static bool IsDamage(SqliteException fault) => fault.SqliteErrorCode is Corrupt or NotADatabase;

    /// <summary>
    /// Whether it is worthless to the one who writes it: also where a table is not there, or a row is there already.
    /// </summary>
    public static bool IsDamageToWriter(SqliteException fault) => IsDamage(fault) || fault.SqliteErrorCode is Error or Constraint;

    /// <summary>Why a file must be built anew, as the end of a sentence; null where it need not.</summary>
    public static string? WhyStale(Exception fault) => fault switch
    {
        ReadModelStaleException stale => stale.Message,
        JsonException => $"it is damaged ({fault.Message})",
        SqliteException damage when IsDamageToWriter(damage) => $"it is damaged ({damage.Message})",
        _ => null,
    };

    /// <summary>Whether what was asked of a file that may well be whole makes no sense.</summary>
    public static bool IsMistake(SqliteException fault) => fault.SqliteErrorCode == Error;

    /// <summary>
    /// Why nothing can be looked for, in a sentence for everybody: the log alone says where the host's files are.
    /// </summary>
    public static string Describe(Exception fault) => fault switch
    {
        SqliteException { SqliteErrorCode: Full } =>
            "There is no room for the search's file: the disk is full, or the file as large as Mesh:ReadModel:MaxMegabytes "
                + "allows.",
        SqliteException { SqliteErrorCode: ReadOnly or CannotOpen } or UnauthorizedAccessException =>
            "The search's file cannot be written: give the host's user the right to, or set Mesh:ReadModel:Folder to another "
                + "folder.",
        SqliteException { SqliteErrorCode: IoError } => $"The disk of the search's file fails: {fault.Message}",
        SqliteException damage when IsDamageToWriter(damage) => "The search's file is damaged, and is built anew.",
        _ => "The search's file cannot be used; the host's log says why.",
    };
}
