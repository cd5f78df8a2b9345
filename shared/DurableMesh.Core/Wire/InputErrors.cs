namespace DurableMesh.Core.Wire;

/// <summary>Gathers what is wrong with one input, up to a bound.</summary>
internal sealed class InputErrors
{
    private readonly List<InputError> _errors = [];

    public IReadOnlyList<InputError> All => _errors;

    public bool Any => _errors.Count > 0;

    /// <summary>Whether no more will be reported, so that looking for more is in vain.</summary>
    public bool IsFull => _errors.Count >= InputError.MaxReported;

    public void Add(string path, string code, string message)
    {
        if (!IsFull)
        {
            _errors.Add(new InputError(path.Length == 0 ? "$" : path, code, message));
        }
    }
}
