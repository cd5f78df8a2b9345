namespace Tabular.Acceptance;

/// <summary>What a check demanded and did not get.</summary>
internal sealed class CheckFailedException(string message) : Exception(message);

internal static class Expect
{
    public static void Equal<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new CheckFailedException($"{what}: expected {Show(expected)}, got {Show(actual)}");
        }
    }

    public static TException Throws<TException>(Action action, string what)
        where TException : Exception
    {
        try
        {
            action();
        }
        catch (TException thrown)
        {
            return thrown;
        }

        throw new CheckFailedException($"{what}: expected {typeof(TException).Name}, got no error");
    }

    public static string Show<T>(T value) => value is string text
        ? $"\"{text.Replace("\r", "\\r").Replace("\n", "\\n")}\""
        : FormattableString.Invariant($"{value}");
}
