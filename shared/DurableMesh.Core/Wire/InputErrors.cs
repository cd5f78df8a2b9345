namespace DurableMesh.Core.Wire;

/// <summary>Gathers what is wrong with one input, up to a bound.</summary>
internal sealed class InputErrors
{
    private readonly List<InputError> errors = [];

    public IReadOnlyList<InputError> All => errors;

    public bool Any => errors.Count > 0;

    public void Add(string path, string code, string message)
    {
        if (errors.Count < InputError.MaxReported)
        {
            errors.Add(new InputError(path.Length == 0 ? "$" : path, code, message));
        }
    }
}
