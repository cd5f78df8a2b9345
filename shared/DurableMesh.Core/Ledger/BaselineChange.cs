using System.Text.Json.Serialization;

namespace DurableMesh.Core.Ledger;

/// <summary>What is asked of the baseline: a line of its log.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ImportBaseline), "import")]
[JsonDerivedType(typeof(ForgetBaseline), "forget")]
public abstract record BaselineChange
{
    private protected BaselineChange()
    {
    }
}

/// <summary>Lines of a file are to count. One that counts already stays as it is.</summary>
/// <param name="File">The file's hash, <c>sha256:</c> and 64 hexadecimal digits.</param>
/// <param name="Name">The file's name, for people.</param>
/// <param name="Runs">The lines.</param>
public sealed record ImportBaseline(string File, string Name, IReadOnlyList<BaselineRun> Runs) : BaselineChange;

/// <summary>A file is to count no more.</summary>
/// <param name="File">The file's hash.</param>
public sealed record ForgetBaseline(string File) : BaselineChange;
